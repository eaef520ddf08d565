// Runs `run` on 20 000 pseudo-random contexts and prints its results and a hash of each context afterwards.
#include <stdint.h>
#include <stdio.h>

int run(void *context);

// BPF's barrier for the optimizer, an intrinsic that other targets lack.
#define PASSTHROUGH(type, name) \
    type passthrough_##name(unsigned number, type value) __asm__("passthrough." #name "." #name); \
    type passthrough_##name(unsigned number, type value) { return value; }
PASSTHROUGH(void *, p0)
PASSTHROUGH(uint8_t, i8)
PASSTHROUGH(uint16_t, i16)
PASSTHROUGH(uint32_t, i32)
PASSTHROUGH(uint64_t, i64)

int main(void) {
    uint64_t state = 0x9e3779b97f4a7c15;
    for (int turn = 0; turn < 20000; turn++) {
        uint64_t context[12];
        for (int i = 0; i < 12; i++) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            // Every other time small numbers, which take other branches.
            context[i] = turn & 1 ? state : state & 0x3f0000003f;
        }
        int result = run(context);
        uint64_t hash = 14695981039346656037u;
        for (int i = 0; i < 12; i++) hash = (hash ^ context[i]) * 1099511628211u;
        printf("%d %016llx\n", result, (unsigned long long)hash);
    }
}
