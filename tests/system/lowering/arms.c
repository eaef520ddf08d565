// An address is computed only where its index is bounded.
//
// after: br i1
static const unsigned T[3] = {11, 22, 33};
static const unsigned other = 6;
__attribute__((section("tc"))) int run(unsigned *context) {
    unsigned i = context[0] % 5;
    const unsigned *p = i < 3 ? &T[i] : &other;
    unsigned j = context[1] & 7;
    const unsigned *q = j < 3 ? &T[j] : &other;
    return *p * 100 + *q;
}
