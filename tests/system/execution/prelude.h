// What every generated function starts from, on BPF and on the host. LEVEL is the instruction set: 1, 3 or 4 on BPF,
// and 4 on the host. Nothing here or in the functions is undefined: shifts are masked, divisors are not zero, and signed
// overflow wraps (-fwrapv).
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;

#define INLINE static inline __attribute__((always_inline))

union memory {
 u8 u8s[64];
 s8 s8s[64];
 u16 u16s[32];
 s16 s16s[32];
 u32 u32s[16];
 s32 s32s[16];
 u64 u64s[8];
 s64 s64s[8];
};

// The context of a program: what it reads, and where its result goes.
struct record {
 u64 a, b, c, d, result;
 union memory memory;
};

struct bits {
 u32 p : 5;
 s32 q : 11;
 u32 r : 16;
 u64 s : 33;
 s64 t : 31;
 u8 u : 3;
 s16 v : 9;
};

struct pair {
 u32 left;
 u64 right;
 s16 small;
};

#define UNSIGNED(bits) \
 INLINE u##bits udiv##bits(u##bits a, u##bits b) { return b ? a / b : a; } \
 INLINE u##bits umod##bits(u##bits a, u##bits b) { return b ? a % b : a; } \
 INLINE u##bits rotate##bits(u##bits a, u32 n) { return a << (n & (bits - 1)) | a >> (-n & (bits - 1)); }

#if LEVEL >= 4
#define SIGNED(bits) \
 INLINE s##bits sdiv##bits(s##bits a, s##bits b) { return b == 0 ? a : b == -1 ? -a : a / b; } \
 INLINE s##bits smod##bits(s##bits a, s##bits b) { return b == 0 ? a : b == -1 ? 0 : a % b; }
#else
#define SIGNED(bits) \
 INLINE u##bits magnitude##bits(s##bits a) { return a < 0 ? -(u##bits)a : (u##bits)a; } \
 INLINE s##bits sdiv##bits(s##bits a, s##bits b) { \
  u##bits quotient = udiv##bits(magnitude##bits(a), magnitude##bits(b)); \
  return b == 0 ? a : (a < 0) != (b < 0) ? -quotient : quotient; \
 } \
 INLINE s##bits smod##bits(s##bits a, s##bits b) { \
  u##bits rest = umod##bits(magnitude##bits(a), magnitude##bits(b)); \
  return b == 0 ? a : a < 0 ? -rest : rest; \
 }
#endif

UNSIGNED(32)
UNSIGNED(64)
SIGNED(32)
SIGNED(64)

// The old value of an atomic operation is to be had from v3 on.
#if LEVEL >= 3
#define FETCH_ADD(place, by) __sync_fetch_and_add(place, by)
#define FETCH_AND(place, by) __sync_fetch_and_and(place, by)
#define FETCH_OR(place, by) __sync_fetch_and_or(place, by)
#define FETCH_XOR(place, by) __sync_fetch_and_xor(place, by)
#define EXCHANGE(place, by) __sync_lock_test_and_set(place, by)
#define COMPARE_EXCHANGE(place, old, by) __sync_val_compare_and_swap(place, old, by)
#else
#define PLAINLY(place, expression) ({ __typeof__(*(place)) before = *(place); *(place) = (expression); before; })
#define FETCH_ADD(place, by) PLAINLY(place, before + (by))
#define FETCH_AND(place, by) PLAINLY(place, before & (by))
#define FETCH_OR(place, by) PLAINLY(place, before | (by))
#define FETCH_XOR(place, by) PLAINLY(place, before ^ (by))
#define EXCHANGE(place, by) PLAINLY(place, by)
#define COMPARE_EXCHANGE(place, old, by) PLAINLY(place, before == (old) ? (by) : before)
#endif

INLINE u64 mix(u64 sum, u64 value) { return rotate64(sum, 7) * 0x9e3779b97f4a7c15ULL ^ value; }
INLINE s32 sign(s32 value) { return (value > 0) - (value < 0); }

// Word by word and at constant offsets: the verifier takes no other access to a context.
#define WORDS(each) each(0) each(1) each(2) each(3) each(4) each(5) each(6) each(7)
#define TAKE(n) memory.u64s[n] = ((volatile struct record *)record)->memory.u64s[n];
#define GIVE(n) ((volatile struct record *)record)->memory.u64s[n] = memory.u64s[n];
INLINE union memory take(struct record *record) { union memory memory; WORDS(TAKE) return memory; }
INLINE void give(struct record *record, union memory memory) { WORDS(GIVE) }
