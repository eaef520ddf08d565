// Members of archives are linked when something needs them, bitcode or not, from either side; the index is not needed.
//
// run: for i in main lib deep unused; do clang -target bpf -O2 -g -c $i.c -o $i.o || exit 1; done
// run: for i in main lib; do clang -target bpf -O2 -g -emit-llvm -c $i.c -o $i.bc || exit 1; done
// run: llvm-ar rcs native.a unused.o lib.o deep.o; llvm-ar rcsT thin.a unused.o lib.o deep.o
// run: llvm-ar rcS unindexed.a unused.o lib.o deep.o; llvm-ar rcs --format=bsd bsd.a unused.o lib.o deep.o
// run: llvm-ar rcs mixed.a unused.o lib.bc deep.o
// link: main.o native.a --why-extract -
// view: stdout
// expect: main.o	native.a(lib.o)	lib
// expect: native.a(lib.o)	native.a(deep.o)	deep
// reject: unused.o
// view: symbols
// expect: l F .text {{.*}} deep
// expect: l F .text {{.*}} lib
// reject: unreached
// reject: unused
// link: main.o thin.a --trace
// view: stderr
// expect: main.o
// expect: thin.a(lib.o)
// link: main.o unindexed.a
// link: main.o bsd.a
// link: main.bc native.a
// view: symbols
// expect: deep
// link: main.bc mixed.a --btf
// view: symbols
// expect: deep
// link: main.o mixed.a
// view: btf
// expect: FUNC 'deep' {{.*}} linkage=static
// expect: FUNC 'prog' {{.*}} linkage=global
// view: symbols
// reject: g F .text
// link: main.o --whole-archive native.a
// view: symbols
// expect: unused

//--- main.c
int lib(int x);
__attribute__((section("xdp"))) int prog(void *context) { return lib(1); }
//--- lib.c
int deep(int x);
__attribute__((noinline)) int lib(int x) { return deep(x) + 1; }
int unreached(int x) { return x; }
//--- deep.c
__attribute__((noinline)) int deep(int x) { return x * 3; }
//--- unused.c
int unused(int x) { return x; }
