// A walk that ends at an address is bounded by its object.
//
// after: icmp ugt
__attribute__((section("tc"))) int run(unsigned *context) {
    unsigned char bytes[32];
    for (int i = 0; i < 32; i++) bytes[i] = context[i & 7] >> (i & 24);
    unsigned from = context[0] & 15, length = context[1] & 15, sum = 0;
    unsigned char *end = bytes + from + length;
    for (unsigned char *at = bytes + from; at != end; at++) sum = sum * 7 + *at;
    return sum;
}
