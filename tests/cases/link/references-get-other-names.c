// `--defsym` and `--wrap` as in ld: only what an input refers to and does not define itself gets another meaning.
//
// run: clang -target bpf -O2 -emit-llvm -c others.c -o others.bc && llvm-ar rcs libothers.a others.bc
// link: --defsym count=three this.bc libothers.a
// view: disasm entry
// expect: {{[rw]}}0 = {{0x3|3}}
// link: --defsym=count=seven -defsym base=0x50 this.bc libothers.a
// view: disasm entry
// expect: {{[rw]}}0 = {{0x7|7}}
// link: --wrap count this.bc libothers.a
// view: disasm entry
// expect: {{[rw]}}0 = {{0x20|32}}
// link: --wrap=nothing --defsym count=three this.bc libothers.a
// link: --defsym count=three+1 this.bc libothers.a
// error: usage `--defsym` cannot be `count=three+1`
// cause: `three+1` is neither a symbol nor a number
// link: --defsym count=nowhere this.bc libothers.a
// error: link undefined symbol `nowhere`
// link: --defsym same=entry --export same this.bc libothers.a
// error: link no input defines `same`, which --export exports
// cause: --defsym gives references another meaning, and adds no symbol
// help: export `entry`

int count(void);
__attribute__((section("xdp"))) int entry(void *context) { return count(); }
//--- others.c
int three(void) { return 3; }
int seven(void) { return 7; }
int count(void) { return 30; }
int __real_count(void);
int __wrap_count(void) { return __real_count() + 2; }
