// Signed division came with v4.
//
// after: udiv
__attribute__((section("tc"))) int run(int *context) {
    int d = context[1] % 1000, e = context[2] >> 20;
    long long wide = (long long)context[3] << 20 ^ context[4];
    if (d == 0 || e == 0) return 1;
    return context[0] / d + context[0] % e * 3 + (int)(wide / d) + (int)(wide % e);
}
