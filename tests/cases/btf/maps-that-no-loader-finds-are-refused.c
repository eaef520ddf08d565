// libbpf opens no object with a map that BTF does not describe, or describes as what means no map.
//
// run: clang -target bpf -O1 -emit-llvm -c mute.c -o mute.bc; clang -target bpf -g -O1 -emit-llvm -c odd.c -o odd.bc
// run: clang -target bpf -g -O1 -emit-llvm -c news.c -o news.bc; clang -target bpf -g -O1 -emit-llvm -c wide.c -o wide.bc
// run: clang -target bpf -g -O1 -emit-llvm -c two.c -o two.bc
// link: --btf mute.bc
// error: link no loader will find the map `table`: BTF does not describe it
// help: compile what defines it with debug info
// link: --btf this.bc
// error: link no loader will find the map `ta-ble`: BTF does not describe it
// help: name it with letters, digits and `_` only
// link: --btf odd.bc
// error: link the definition of the map `table` means nothing to loaders
// cause: its member `type` is not of the form that a map's has
// link: --btf news.bc
// warning: libbpf refuses the map `table`: its member `colour` is not known
// link: --btf wide.bc
// link: --btf two.bc
// error: link the definition of the map `table` means nothing to loaders
// cause: its member `map_extra` is not of the form that a map's has

struct { int (*type)[1]; int (*max_entries)[64]; unsigned *key; unsigned *value; }
    table __asm__("ta-ble") __attribute__((section(".maps"), used));
//--- mute.c
struct { int (*type)[1]; int (*max_entries)[64]; unsigned *key; unsigned *value; }
    table __attribute__((section(".maps"), used));
//--- odd.c
struct { unsigned type; int (*max_entries)[64]; unsigned *key; unsigned *value; }
    table __attribute__((section(".maps"), used));
//--- news.c
struct { int (*type)[1]; int (*max_entries)[64]; unsigned *key; unsigned *value; int (*colour)[3]; }
    table __attribute__((section(".maps"), used));
//--- wide.c
// `__ulong(map_extra, 1ull << 44)`: a number of more than 32 bits is the value of an enumeration.
struct { int (*type)[33]; int (*max_entries)[64]; enum { __unique_value0 = 1ull << 44 } map_extra; }
    table __attribute__((section(".maps"), used));
//--- two.c
struct { int (*type)[33]; int (*max_entries)[64]; enum { one = 1ull << 44, two } map_extra; }
    table __attribute__((section(".maps"), used));
