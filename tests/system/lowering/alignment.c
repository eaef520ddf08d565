// The verifier prohibits bit operations on addresses.
//
// gone: ptrtoint
__attribute__((section("tc"))) int run(unsigned *context) {
    unsigned char bytes[24] __attribute__((aligned(8)));
    for (int i = 0; i < 24; i++) bytes[i] = context[i & 7] >> (i & 24);
    unsigned from = context[0] & 7;
    unsigned char *start = bytes + from;
    unsigned skip = -(unsigned long)start & 7;
    return start[skip] + 256 * skip;
}
