// An equal link takes its object and its warnings from the cache. A changed source line, option or entry, and a report, have the
// link done again. Links share a folder, and one that cannot be used is no error.
//
// run: clang -target bpf -O2 -g -c -emit-llvm prog.c -o prog.bc
// run: printf '%s\n' 'exec {linker} --verbose --btf --cache-dir cache prog.bc bare.ll "$@" 2> log' > link.sh
// run: sh link.sh -o first.o && grep 'kept as cache/' log && grep missing-debug-info log
// run: sh link.sh -o second.o && grep 'linked before' log && grep missing-debug-info log && cmp first.o second.o
// run: cp prog.bc same.bc && {linker} --verbose --btf --cache-dir cache same.bc bare.ll -o second.o 2> log && grep 'kept as' log
// run: sh link.sh --cpu v2 -o second.o && grep 'kept as' log
// run: sh link.sh --report report -o second.o && grep 'cache is not used' log && test -s report
// run: sed -i 's/long answer/long  answer/' prog.c && sleep 0.1
// run: sh link.sh -o third.o && grep 'prog.c has changed' log && grep 'kept as' log && cmp first.o third.o && exit 1 || test -s third.o
// run: sh link.sh -o second.o && grep 'linked before' log && cmp second.o third.o
// run: for entry in cache/*; do printf x | dd of=$entry bs=1 seek=99 conv=notrunc status=none; done
// run: sh link.sh -o second.o && grep 'damaged entry' log && grep 'kept as' log && cmp second.o third.o
// run: rm -r cache; for n in 1 2 3 4 5 6; do {linker} --btf --cache-dir cache prog.bc bare.ll -o $n.o 2> $n.log & done; wait; for n in 1 2 3 4 5 6; do cmp $n.o third.o || exit 1; done
// run: test "$(ls -A cache | wc -l)" = 1 && sh link.sh -o second.o && grep 'linked before' log && cmp second.o third.o
// link: --cache-dir bare.ll prog.bc
// note: cannot keep the result in the cache bare.ll
// view: disasm entry
// expect: exit

//--- prog.c
char LICENSE[] __attribute__((section("license"), used)) = "GPL";
__attribute__((section("socket"), used)) long entry(long *context) {
    long answer = context[0];
    return answer * 3;
}
//--- bare.ll
target triple = "bpfel"

define i64 @bare(ptr %context) section "socket" {
  ret i64 2
}
