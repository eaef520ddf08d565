// libbpf refuses at open what its `parse_btf_map_def` does not take.
//
// run: for f in unknown conflict untyped pinned plain deep late; do clang -target bpf -g -O1 -emit-llvm -c $f.c -o $f.bc; done
// link: --btf this.bc
// view: btf
// reject: TYPEDEF
// count: 1 'value'
// count: 1 'values'
// link: --btf unknown.bc
// error: link the definition of the map `table` means nothing to loaders
// cause: the type of its `value` has no size: it is only declared
// link: --btf conflict.bc
// error: link the definition of the map `table` means nothing to loaders
// cause: its `key_size` is 4 bytes by one member, 8 by another
// link: --btf untyped.bc
// error: link the definition of the map `table` means nothing to loaders
// cause: it has no `type`
// link: --btf pinned.bc
// error: link the definition of the map `table` means nothing to loaders
// cause: its `pinning` is 7, not 0 or 1
// link: --btf plain.bc
// error: link the definition of the map `table` means nothing to loaders
// cause: only maps of maps and arrays of programs have `values`
// link: --btf deep.bc
// error: link the definition of the map `table` means nothing to loaders
// cause: of the maps in it: a map in a map holds `values` too: two levels are the most
// link: --btf late.bc
// error: link the definition of the map `table` means nothing to loaders
// cause: its member `values` is not the last one

// A key behind a name, and a value of no type, are put right.
typedef unsigned *number;
struct { int (*type)[1]; int (*max_entries)[4]; number key; void *value; int (*value_size)[8]; }
    table __attribute__((section(".maps"), used));
struct inner { int (*type)[2]; int (*max_entries)[1]; unsigned *key; unsigned *value; };
struct { int (*type)[12]; int (*max_entries)[4]; int (*key_size)[4]; struct inner *values[]; }
    tables __attribute__((section(".maps"), used));
//--- unknown.c
struct { int (*type)[1]; int (*max_entries)[4]; unsigned *key; struct unknown *value; }
    table __attribute__((section(".maps"), used));
//--- conflict.c
struct { int (*type)[1]; int (*max_entries)[4]; unsigned *key; int (*key_size)[8]; unsigned *value; }
    table __attribute__((section(".maps"), used));
//--- untyped.c
struct { int (*max_entries)[4]; unsigned *key; unsigned *value; } table __attribute__((section(".maps"), used));
//--- pinned.c
struct { int (*type)[1]; int (*max_entries)[4]; unsigned *key; unsigned *value; int (*pinning)[7]; }
    table __attribute__((section(".maps"), used));
//--- plain.c
struct { int (*type)[1]; int (*max_entries)[4]; unsigned *key; unsigned *values[]; }
    table __attribute__((section(".maps"), used));
//--- deep.c
struct inner { int (*type)[2]; int (*max_entries)[1]; unsigned *key; unsigned *value; };
struct middle { int (*type)[12]; int (*max_entries)[1]; unsigned *key; struct inner *values[]; };
struct { int (*type)[12]; int (*max_entries)[4]; unsigned *key; struct middle *values[]; }
    table __attribute__((section(".maps"), used));
//--- late.c
struct inner { int (*type)[2]; int (*max_entries)[1]; unsigned *key; unsigned *value; };
struct { int (*type)[12]; int (*max_entries)[4]; struct inner *values[2]; unsigned *key; }
    table __attribute__((section(".maps"), used));
