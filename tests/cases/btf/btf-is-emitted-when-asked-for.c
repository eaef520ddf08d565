// DWARF never reaches the kernel and goes in both cases.
//
// args: {this} --export entry
// view: sections
// reject: {{\.BTF|\.debug}}
// args: {this} --export entry --btf
// view: sections
// expect: .BTF PROGBITS
// reject: .debug
// view: btf
// expect: STRUCT 'packet'
// expect: FUNC 'entry' {{.*}}linkage=global
// args: {this} --export entry --debug
// view: sections
// reject: {{\.BTF|\.debug}}

struct packet {
  int length;
};

__attribute__((section("xdp"))) int entry(struct packet *packet) { return packet->length; }
