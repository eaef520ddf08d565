// Below v3, a comparison of 32 bits tells nothing of the value itself.
//
// cpu: v1
// after: asm "", "=r,0"
__attribute__((section("tc"))) int run(unsigned *context) {
    unsigned n = context[0] & 15, steps = 0;
    while (n > 1) { n >>= 1; steps += context[n]; }
    return steps;
}
