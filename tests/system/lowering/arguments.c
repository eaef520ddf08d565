// BPF passes five arguments.
//
// gone: @seven(
static __attribute__((noinline)) int seven(int a, int b, int c, int d, int e, int f, int g) {
    return a * 2 + b * 3 + (c ^ d) - e * f + (g >> 3);
}
__attribute__((section("tc"))) int run(int *c) {
    return seven(c[0], c[1], c[2], c[3], c[4], c[5], c[6]) + seven(c[6], c[5], c[4], c[3], c[2], c[1], c[0]);
}
