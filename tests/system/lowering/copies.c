// The kernel takes no copy of a context's address.
//
// after: ptr getelementptr (i8, ptr @kept
struct part { unsigned words[6]; };
static struct part kept;
__attribute__((section("tc"))) int run(unsigned *context) {
    struct part part;
    __builtin_memcpy(&part, context, sizeof part);
    __builtin_memcpy(&kept, context + 1, sizeof kept);
    return part.words[context[7] % 6] + kept.words[context[6] % 6];
}
