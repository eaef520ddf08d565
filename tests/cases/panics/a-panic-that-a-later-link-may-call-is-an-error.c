// Under -r, other objects may call a function that is not static. Its panic could not end their programs.
//
// args: -r --btf
// error: link a panic in `scale` cannot end the program
// place: this.c:12
// cause: the next link may add code that calls it
// help: make it static, or link all inputs at once, without -r
//
// args: --btf
// view: disasm entry
// reject: call
__attribute__((noinline)) int scale(int x) {
    if (x > 7)
        __builtin_trap();
    return x * 3;
}

__attribute__((section("xdp"))) int entry(int *context) {
    return scale(context[0]) + scale(context[1]);
}
