// An address at the end of a map's value is one that the kernel refuses, and of an empty section there is no map.
//
// args: --btf
// view: sections
// expect: .rodata PROGBITS {{[0-9a-f]+}} {{[0-9a-f]+}} 000008
// expect: .bss NOBITS {{[0-9a-f]+}} {{[0-9a-f]+}} 000008
const int constant[0] = {};
int counter = 1;
int none[0];

__attribute__((section("xdp"))) int prog(void *context)
{
	long a, b;
	asm volatile("%0 = %1 ll" : "=r"(a) : "i"(constant));
	asm volatile("%0 = %1 ll" : "=r"(b) : "i"(none));
	return a != b ? counter : 1;
}
char LICENSE[] __attribute__((section("license"))) = "GPL";
