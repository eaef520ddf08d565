// Kernels before 7.0 lose the range of a remainder.
//
// after: asm "", "=r,0"
static const unsigned char T[60] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4};
static unsigned W[13];
__attribute__((section("tc"))) int run(unsigned *context) {
    W[context[1] % 13] += context[2];
    unsigned i = context[3];
    if (i - 4 < 9) W[i - 4] = context[4];
    return T[context[0] % 60] + W[context[5] % 13];
}
