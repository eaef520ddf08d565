// DWARF is for people with debuggers; the kernel never reads it, so it goes unless asked for.
//
// args: --btf
// view: sections
// expect: .BTF PROGBITS
// reject: .debug
// args: --btf --keep-dwarf
// view: sections
// expect: .debug_info
// view: sections
// expect: .BTF PROGBITS
// run: llvm-dwarfdump --verify out.o
// view: stdout
// expect: No errors.
// view: btf
// expect: FUNC 'entry' {{.*}}linkage=global
// args: --keep-dwarf
// view: sections
// expect: .debug_info
// reject: .BTF
// args: --btf --keep-dwarf --strip-debug
// view: sections
// reject: .debug

struct packet {
  int length;
};

__attribute__((noinline)) static int helper(struct packet *packet) { return packet->length * 3; }

__attribute__((section("xdp"))) int entry(struct packet *packet) { return helper(packet) + 1; }
