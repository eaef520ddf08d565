// A global function must return an integer and take integers or pointers to something with a size ("Global function nothing() doesn't
// return scalar"); every other one is verified where it is called, as a static one. What nothing calls, or what is exported, stays.
//
// args: --btf
// view: btf
// expect: FUNC 'nothing' {{.*}}linkage=static
// expect: FUNC 'address' {{.*}}linkage=static
// expect: FUNC 'unsized' {{.*}}linkage=static
// expect: FUNC 'sized' {{.*}}linkage=global
// expect: FUNC 'tagged' {{.*}}linkage=global
// expect: FUNC 'uncalled' {{.*}}linkage=global
// args: --btf --export prog --export nothing
// view: btf
// expect: FUNC 'nothing' {{.*}}linkage=global
struct pair { int first, second; } pairs[4];
#define GLOBAL __attribute__((noinline))
GLOBAL void nothing(int i) { pairs[i & 3].first = i; }
GLOBAL struct pair *address(int i) { return &pairs[i & 3]; }
GLOBAL int unsized(void *it, int i) { return it ? i : 3; }
GLOBAL int sized(const struct pair *it) { return it ? it->first : 1; }
GLOBAL int tagged(void *it __attribute__((btf_decl_tag("arg:ctx")))) { return it ? 1 : 2; }
GLOBAL void uncalled(void *it) { pairs[1].first++; }
__attribute__((section("xdp"))) int prog(void *context)
{
	struct pair own = { 1, 2 };
	nothing(3);
	return address(2)->first + unsized(&own, 4) + sized(&own) + tagged(context);
}
char LICENSE[] __attribute__((section("license"))) = "GPL";
