// With -g1, as with `debug = 1` in Rust, debug info tells lines and no types: LLVM writes a random number of a prototype.
//
// run: clang -target bpf -O2 -g1 -emit-llvm -c lines.c -o lines.bc
// run: clang -target bpf -O2 -gline-tables-only -emit-llvm -c tables.c -o tables.bc
// link: --btf this.bc lines.bc tables.bc
// view: btf
// expect: FUNC_PROTO '(anon)' ret_type_id={{[0-9]+}} vlen=1
// expect-next: 'context'
// expect-next: FUNC 'entry' {{.*}}linkage=global
// expect-next: FUNC_PROTO '(anon)' ret_type_id={{[0-9]+}} vlen=0
// expect-next: FUNC 'triple' {{.*}}linkage=static
// expect-next: FUNC 'half' {{.*}}linkage=static
// expect-next: PTR '(anon)' type_id=0
// expect-next: FUNC_PROTO '(anon)' ret_type_id={{[0-9]+}} vlen=1
// expect-next: 'ctx'
// expect-next: FUNC 'other' {{.*}}linkage=global
// run: llvm-objdump -d -l {out}
// view: stdout
// expect: lines.c:1
// expect: tables.c:1
// link: this.bc lines.bc tables.bc
// view: sections
// reject: .BTF
// link: --btf --emit asm this.bc lines.bc
// run: cp {out} first.s
// link: --btf --emit asm this.bc lines.bc
// run: cmp {out} first.s

int triple(int *number);

__attribute__((section("xdp"))) int entry(int *context) { return triple(context); }
//--- lines.c
__attribute__((noinline)) int triple(int *number) { return *number * 3; }
//--- tables.c
__attribute__((noinline)) static int half(int *number) { return *number + 2; }
__attribute__((section("xdp"))) int other(int *context) { return half(context); }
