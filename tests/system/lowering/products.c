// No BPF instruction multiplies to 128 bits.
//
// after: %carry
typedef unsigned long long u64;
__attribute__((section("tc"))) int run(unsigned *context) {
    u64 a = (u64)context[0] << 32 | context[1], b = (u64)context[2] << 32 | context[3];
    long long c = (u64)context[4] << 32 | context[5], d = (u64)context[6] << 32 | context[7];
    unsigned __int128 product = (unsigned __int128)a * b;
    __int128 other = (__int128)c * d;
    u64 both = (u64)(product >> 64) ^ (u64)product ^ (u64)((unsigned __int128)other >> 64);
    return both ^ both >> 32;
}
