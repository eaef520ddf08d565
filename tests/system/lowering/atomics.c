// Relaxed accesses need no atomic instruction.
//
// after: store volatile
unsigned long long word, other;
__attribute__((section("tc"))) int run(unsigned *context) {
    __atomic_store_n(&word, context[0], __ATOMIC_RELAXED);
    if (context[1] & 1) __atomic_store_n(&other, context[2], __ATOMIC_RELAXED);
    return __atomic_load_n(context[3] & 1 ? &word : &other, __ATOMIC_RELAXED) >> 3;
}
