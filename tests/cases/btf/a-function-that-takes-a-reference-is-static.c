// The kernel verifies a global function alone and wants pointers to be checked for null, which no reference can be: a static
// function is verified with what its callers pass. One that is asked for by name stays as it is.
//
// run: clang -x c++ -target bpf -O2 -g -emit-llvm -c program.cpp -o program.bc
// link: --btf program.bc
// view: btf
// expect: FUNC {{.*}}sum{{.*}} linkage=static
// expect: FUNC 'entry' {{.*}}linkage=global
// link: --btf --export entry --export _Z3sumRK4pair program.bc
// view: btf
// expect: FUNC '_Z3sumRK4pair' {{.*}}linkage=global

//--- program.cpp
struct pair { long first; volatile long second; };
__attribute__((noinline)) long sum(const pair &it) { return it.first + it.second; }
extern "C" __attribute__((section("xdp"))) int entry(void *context) {
  pair it = {1, 2};
  return sum(it);
}
