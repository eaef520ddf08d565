// The text of lines depends on the inputs alone: what debug info embeds is used, the file on disk is not.
//
// llvm: 22..
// compile: -gdwarf-5 -gembed-source
// run: clang-22 -O2 -g -target bpf -emit-llvm -c other.c -o other.bc
// link: --btf --btf-source-lines embedded {this} other.bc
// run: llvm-objcopy --dump-section .BTF=btf {out} /dev/null; tr -c '[:print:]' '\n' < btf > strings
// view: text in strings
// expect: what_the_input_says
// reject: what_only_the_disk_says
// run: mv {out} before; rm *.c
// link: --btf --btf-source-lines embedded {this} other.bc
// run: cmp before {out}
// link: --btf --btf-source-lines read {this} other.bc
// run: cmp before {out}
// link: --btf --btf-source-lines embedded --btf-source-lines none {this} other.bc
// run: llvm-objcopy --dump-section .BTF=btf {out} /dev/null; tr -c '[:print:]' '\n' < btf > strings
// view: text in strings
// reject: what_the_input_says
// args: --btf --btf-source-lines guess
// error: usage

struct packet {
  int length;
};

__attribute__((section("xdp"))) int entry(struct packet *packet) {
  return packet->length; // what_the_input_says
}
//--- other.c
__attribute__((section("xdp"))) int other(int *length) {
  return *length; // what_only_the_disk_says
}
