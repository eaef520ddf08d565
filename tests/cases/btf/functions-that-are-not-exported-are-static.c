// The verifier checks a global function by itself, without knowing its callers: only what is exported is meant so.
//
// args: {this} --export entry --btf
// view: btf
// expect: FUNC 'entry' {{.*}}linkage=global
// view: btf
// expect: FUNC 'helper' {{.*}}linkage=static

__attribute__((noinline)) int helper(int *number) { return *number * 3; }

__attribute__((section("xdp"))) int entry(int *context) { return helper(context); }
