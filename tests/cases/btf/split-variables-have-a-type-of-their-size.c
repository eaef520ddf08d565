// LLVM splits a variable of which only parts are used, and shrinks one that holds two values; the debug info of a part is that
// of the whole, and the kernel refuses a variable with less room than its type takes.
//
// compile: -O1
// link: --btf this.bc
// view: btf
// expect: DATASEC '.bss'
// expect-next: offset=0 size=1 (VAR 'switched')
// expect-next: offset=4 size=4 (VAR 'stats.0')
// expect-next: offset=8 size=2 (VAR 'stats.1')
// expect: INT 'unsigned short' size=2
// args: --btf --export entry --export LICENSE
// view: btf
// expect: VAR 'counts.0'

static struct { int hits; short seen[3]; char name[5]; } stats;
static int switched;
int counts[8];

__attribute__((section("xdp"))) int entry(int *context) {
    if (*context == 1) switched = 7;
    stats.hits++;
    stats.seen[1] += 2;
    counts[3]++;
    return stats.hits + stats.seen[1] + counts[3] + switched;
}
__attribute__((section("xdp"))) int other(int *context) { return stats.seen[1] + stats.hits + switched; }
char LICENSE[] __attribute__((section("license"))) = "GPL";
