// Paths of the machine that built an object are nobody's business; the last prefix that fits wins, as in rustc.
//
// compile: -fdebug-compilation-dir=/home/somebody/project
// args: --btf
// run: llvm-objcopy --dump-section .BTF=btf {out} /dev/null; tr -c '[:print:]' '\n' < btf > strings
// view: text in strings
// expect: /home/somebody/project/this.c
// args: --btf --remap-path-prefix /home=/wrong --remap-path-prefix /home/somebody=/src
// run: llvm-objcopy --dump-section .BTF=btf {out} /dev/null; tr -c '[:print:]' '\n' < btf > strings
// view: text in strings
// expect: /src/project/this.c
// reject: {{somebody|wrong}}
// args: --btf --remap-path-prefix nonsense
// error: usage

__attribute__((section("xdp"))) int entry(int *context) { return *context; }
