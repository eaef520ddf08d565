// The kernel wants a float at a multiple of its size, an enum of a size, and no more than 65 535 variables in a section.
//
// link: --btf this.bc
// view: btf
// expect: STRUCT 'packed' size=17 vlen=4
// expect-next: 'first'
// expect-next: 'odd'
// view: btf
// expect: ENUM 'declared' {{.*}}size=4 vlen=0
// view: btf
// expect: ENUM 'known' {{.*}}size=4 vlen=1
// view: btf
// count: 1 'known'

enum declared;
enum known;
struct pointers { enum declared *one; enum known *two; } pointers;
enum known { only = 3 };
enum known value;
struct __attribute__((packed)) packed { char first; float odd; double more; int last; } packed;

__attribute__((section("xdp"))) int entry(void *context) {
    packed.last = 1;
    return packed.last + (pointers.one != 0) + value;
}
