// The verifier's log quotes the source; whoever ships an object may not want that.
//
// args: --btf
// run: llvm-objcopy --dump-section .BTF=btf {out} /dev/null; tr -c '[:print:]' '\n' < btf > strings
// view: text in strings
// expect: secret_of_the_house
// args: --btf --no-btf-source-lines
// run: llvm-objcopy --dump-section .BTF=btf {out} /dev/null; tr -c '[:print:]' '\n' < btf > strings
// view: text in strings
// expect: packet
// reject: secret_of_the_house
// run: llvm-objcopy --dump-section .BTF.ext=ext {out} /dev/null; test -s ext

struct packet {
  int length;
};

__attribute__((section("xdp"))) int entry(struct packet *packet) {
  return packet->length; // secret_of_the_house
}
