// A counter ends loops whose end only a proof shows.
//
// after: asm "", "=r,0"
__attribute__((section("tc"))) int run(unsigned *context) {
    unsigned n = context[0] | context[1], count = 0, a = context[2], b = context[3];
    while (n != 0) { n &= n - 1; count++; }
    while (b != 0) { unsigned rest = a % b; a = b; b = rest; }
    unsigned digits = 0, d = context[4];
    while (d != 0) { d /= 10; digits++; }
    return count + 100 * digits + 7 * a;
}
