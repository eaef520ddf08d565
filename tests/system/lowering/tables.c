// No loader applies relocations to data.
//
// after: @llvm.bpf.passthrough
static const char *const NAMES[4] = {"alpha", "be", "gamma ray", ""};
static const int LIST[3] = {5, 6, 7}, MORE[3] = {8, 9, 1};
static const int *const BOTH[2] = {LIST, MORE};
__attribute__((section("tc"))) int run(unsigned *context) {
    const char *name = NAMES[context[0] & 3];
    int sum = 0;
    for (int i = 0; i < 9 && name[i]; i++) sum = sum * 31 + name[i];
    return sum + BOTH[context[1] & 1][context[2] % 3];
}
