// libbpf gives the relocations of a program to one of its names, and the kernel refuses the other. Without any, both load.
//
// args: --btf
// error: link `second` and `first` are two names of one program
// cause: libbpf fills in maps, variables and calls for one of them, and refuses the other
// help: define one that calls a function which both share, or export one of the names
// args: --btf --export second --export plain --export other
// view: symbols
// expect: g F tc 0000000000000010 other
// expect-next: g F tc 0000000000000010 plain
// reject: first
int counter;
__attribute__((section("xdp"))) int first(void *context) { return ++counter; }
extern int second(void *context) __attribute__((alias("first")));
__attribute__((section("tc"))) int plain(void *context) { return 2; }
extern int other(void *context) __attribute__((alias("plain")));
char LICENSE[] __attribute__((section("license"))) = "GPL";
