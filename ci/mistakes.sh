#!/usr/bin/env bash
# Makes the mistakes of docs/mistakes.md and writes the resulting messages to that page. Fails if no tool reports a
# mistake.
#
# usage: ci/mistakes.sh [check]    check: fail if the page would change, instead of writing it
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
cargo build --quiet --locked
cargo build --quiet --locked --package bpf-lab
bin=${CARGO_TARGET_DIR:-$PWD/target}/debug
work=$(mktemp -d)
chmod 755 "$work"
trap 'rm -rf "$work"' EXIT
cd "$work"
export PATH="/usr/lib/llvm-22/bin:$bin:$PATH:/usr/sbin:/sbin" NO_COLOR=1
unset RUST_LOG RUST_BACKTRACE BPF_LINKER_LLVM
page=$work/page.md
count=0
silent=0

# Writes a row: mistake STAGE WHAT COMMAND, with the first lines of what is said, without this machine's paths.
mistake() {
    local stage=$1 what=$2 command=$3 said code=0
    said=$(sh -c "$command" 2>&1) || code=$?
    count=$((count + 1))
    if [ -z "$said" ]; then
        echo "$0: not reported: $what" >&2
        silent=$((silent + 1))
    fi
    said=$(sed -e "s|$work/||g" -e "s|$root/||g" -e 's|/usr/[a-z0-9/_.-]*/\(libLLVM[^ ]*\)|\1|g' \
        -e 's|/root/[^ ]*/||g' -e 's|0xffff[0-9a-f]\{12\}|0xffff...|g' -e 's|rustc[A-Za-z0-9]\{6\}/|rustcXXXXXX/|g' -e '/some arguments are omitted/d' -e '/^ *$/d' <<< "$said" | grep -v '^$' | head -n "${4:-6}")
    printf '\n**%d. %s: %s**\n\n    $ %s\n' "$count" "$stage" "$what" "$command" >> "$page"
    sed 's/^/    /' <<< "$said" >> "$page"
    printf '    (exit code %d)\n' "$code" >> "$page"
}

c() { clang -target bpf -O2 -g -emit-llvm -c "$1.c" -o "$1.bc"; }
program() { printf '%s\n' "$2" > "$1.c"; c "$1"; }
# Lines that most programs share.
SEC='#define SEC(n) __attribute__((section(n), used))
typedef unsigned int u32; typedef unsigned long long u64;
struct xdp_md { u32 data, data_end, data_meta, ingress_ifindex; };
char LICENSE[] SEC("license") = "GPL";'

program good "$SEC
SEC(\"xdp\") int good(struct xdp_md *c) { return 2; }"
program helper 'int helper(int x) { return x * 3; }'
llvm-ar rcs libhelper.a helper.bc
printf '#![no_std]\n#![no_main]\n#[unsafe(no_mangle)]\n#[unsafe(link_section = "xdp")]\npub extern "C" fn pass() -> u32 { 2 }\n#[panic_handler]\nfn panic(_: &core::panic::PanicInfo) -> ! { loop {} }\n' > good.rs
grep -v no_std good.rs > std.rs
grep -v 'panic' good.rs > nopanic.rs
grep -v no_main good.rs > main.rs
rust='/usr/bin/rustc --target bpfel-unknown-none -C linker=bpf-linker -O'

mistake install 'the linker is not on PATH' '/usr/bin/rustc --target bpfel-unknown-none -C linker=bpf-linker-of-mine -O good.rs'
mistake install 'the variable names a libLLVM that is not there' 'BPF_LINKER_LLVM=/nowhere/libLLVM.so bpf-linker -o x.o good.bc'
mistake install 'the libLLVM is too old' 'bpf-linker --llvm /usr/lib/x86_64-linux-gnu/libLLVM-14.so.1 -o x.o good.bc'
mistake install 'what is named is no libLLVM' 'bpf-linker --llvm good.c -o x.o good.bc'

mistake compile 'the crate uses std' "$rust std.rs"
mistake compile 'there is no panic handler' "$rust nopanic.rs"
mistake compile 'there is a main' "$rust main.rs"
mistake compile 'the toolchain has no core for BPF' 'rustc +stable --target bpfel-unknown-none good.rs'
clang -target bpf -O2 -g -c good.c -o native.o
mistake compile 'C without -emit-llvm' 'bpf-linker -o x.o native.o'
clang -O2 -g -emit-llvm -c helper.c -o x86.bc
mistake compile 'C without -target bpf' 'bpf-linker -o x.o x86.bc'

mistake link 'no output is named' 'bpf-linker good.bc'
mistake link 'an option is misspelled' 'bpf-linker --unrol-loops -o x.o good.bc'
mistake link 'an input is missing' 'bpf-linker -o x.o god.bc'
mistake link 'a source is given instead of bitcode' 'bpf-linker -o x.o good.c'
mistake link 'a library is not found' 'bpf-linker -o x.o good.bc -L nosuch -l helper'
mistake link 'the same input twice' 'bpf-linker -o x.o good.bc good.bc'
program calls "$SEC
int helper(int x); int hlper(int x);
SEC(\"xdp\") int calls(struct xdp_md *c) { return hlper(c->data); }"
mistake link 'a function is misspelled' 'bpf-linker -o x.o calls.bc libhelper.a'
mistake link 'an export is misspelled' 'bpf-linker --export god -o x.o good.bc'
clang -target bpfeb -O2 -g -emit-llvm -c helper.c -o big.bc
mistake link 'byte orders are mixed' 'bpf-linker -o x.o good.bc big.bc'
head -c 900 good.bc > cut.bc
mistake link 'the bitcode is cut short' 'bpf-linker -o x.o cut.bc'
mkdir -p here there && cp helper.bc here/ && (cd here && llvm-ar rcsT libthin.a helper.bc) && mv here/libthin.a there/
sed 's/hlper(c/helper(c/' calls.c > needs.c && c needs
mistake link 'a thin archive was moved' 'bpf-linker -o x.o needs.bc there/libthin.a'
mistake link 'the folder of the output is missing' 'bpf-linker -o out/x.o good.bc'
mistake link 'an output is an input' 'bpf-linker -o good.bc good.bc'
mistake link 'a level that does not exist' 'bpf-linker --cpu v5 -o x.o good.bc'
mistake link 'a feature without a sign' 'bpf-linker --cpu-features alu32 -o x.o good.bc'
mistake link 'a kernel that was never released' 'bpf-linker --kernel 5.40 -o x.o good.bc'
mistake link 'a response file is missing' 'bpf-linker @args'
mistake link 'a kind of output that does not exist' 'bpf-linker --emit exe -o x good.bc'
program static "static int hidden(void *c) { return 2; }"
mistake link 'nothing is exported' 'bpf-linker -o x.o static.bc'
program slip "$SEC
SEC(\"xpd\") int slip(struct xdp_md *c) { return 2; }"
mistake link 'a section is misspelled' 'bpf-linker --btf -o x.o slip.bc'
clang -target bpf -O2 -emit-llvm -c good.c -o bare.bc
mistake link 'BTF without debug info' 'bpf-linker --btf -o x.o bare.bc'
program map "$SEC
struct { int (*type)[2]; u32 *key; u64 *value; int (*max_entries)[1]; } counts SEC(\".maps\");
static void *(*lookup)(void *, const void *) = (void *)1;
SEC(\"xdp\") int map(struct xdp_md *c) { u32 k = 0; u64 *v = lookup(&counts, &k); if (v) *v += 1; return 2; }"
mistake link 'maps of BTF without --btf' 'bpf-linker -o x.o map.bc'
program stack "$SEC
int fill(char *);
SEC(\"xdp\") int stack(struct xdp_md *c) { volatile char big[600]; for (int i = 0; i < 600; i++) big[i] = c->data; return big[c->data % 600]; }"
mistake link 'a local is too large' 'bpf-linker --btf -o x.o stack.bc' 8
program recursion "$SEC
static __attribute__((noinline)) int down(int n) { return n ? down(n - 1) * n + n % 3 : 7; }
SEC(\"xdp\") int recursion(struct xdp_md *c) { return down(c->data); }"
mistake link 'a function calls itself' 'bpf-linker --btf -o x.o recursion.bc'
program floating "$SEC
SEC(\"xdp\") int floating(struct xdp_md *c) { double d = c->data; return d * 1.5; }"
mistake link 'floating point' 'bpf-linker --btf -o x.o floating.bc'
program six "$SEC
__attribute__((noinline)) int six(int a, int b, int c, int d, int e, int f) { return a + b * c + d * e - f; }
SEC(\"xdp\") int entry(struct xdp_md *c) { return six(c->data, 2, 3, 4, 5, c->data_end); }"
mistake link 'six arguments' 'bpf-linker --btf -o x.o six.bc'
program data "$SEC
int seen;
SEC(\"xdp\") int data(struct xdp_md *c) { return seen++; }"
mistake link 'global data for an old kernel' 'bpf-linker --btf --kernel 4.19 -o x.o data.bc'
program new "$SEC
static long (*reserve)(void *, u64, u64) = (void *)131;
struct { int (*type)[27]; int (*max_entries)[4096]; } ring SEC(\".maps\");
SEC(\"xdp\") int new(struct xdp_md *c) { return reserve(&ring, 8, 0) != 0; }"
mistake link 'a helper that the kernel lacks' 'bpf-linker --btf --kernel 5.4 -o x.o new.bc'
program table "$SEC
static const char *const names[40] = {\"a\", \"b\", \"c\", [39] = \"d\"};
SEC(\"xdp\") int table(struct xdp_md *c) { const char *n = names[c->data % 40]; return n ? n[0] : 0; }"
mistake link 'a table of strings' 'bpf-linker --btf -o x.o table.bc'
mistake link 'a constant to set is misspelled' 'bpf-linker --set sen=1 -o x.o data.bc'
mistake link 'a value of a variable that changes' 'bpf-linker --set seen=1 -o x.o data.bc'
printf '#![no_std]\n#![no_main]\n#[unsafe(no_mangle)]\n#[unsafe(link_section = "xdp")]\npub unsafe extern "C" fn pick(c: *const usize) -> u32 { let t = [1u32, 2, 3]; unsafe { t[core::ptr::read_volatile(c)] } }\n#[panic_handler]\nfn panic(_: &core::panic::PanicInfo) -> ! { loop {} }\n' > panics.rs
mistake link 'an index may panic, and no panic is wanted' "$rust -C link-arg=--panic=error -g panics.rs" 8
mistake link 'a warning that does not exist is hidden' 'bpf-linker -W no-unknown-sectoin -o x.o good.bc'

program unchecked "$SEC
SEC(\"xdp\") int unchecked(struct xdp_md *c) { return *(volatile char *)(long)c->data; }"
bpf-linker --btf -o unchecked.o unchecked.bc
mistake load 'a packet is read without a check of its end' "bpf-lab load unchecked.o --with libbpf 2>&1 | grep -E '^[0-9]+:|invalid|unchecked|;' | tail -n 6"
program null "$SEC
struct { int (*type)[2]; u32 *key; u64 *value; int (*max_entries)[1]; } counts SEC(\".maps\");
static void *(*lookup)(void *, const void *) = (void *)1;
SEC(\"xdp\") int null(struct xdp_md *c) { u32 k = c->ingress_ifindex; u64 *v = lookup(&counts, &k); return *v; }"
bpf-linker --btf -o null.o null.bc
mistake load 'the result of a lookup is not tested' "bpf-lab load null.o --with libbpf 2>&1 | grep -E '^[0-9]+:|invalid|;' | tail -n 6"
program endless "$SEC
SEC(\"xdp\") int endless(struct xdp_md *c) { u32 i = c->ingress_ifindex; while (i != 1) { i = i * 5 + 2; __asm__ volatile(\"\" : \"+r\"(i)); } return 2; }"
bpf-linker --btf -o endless.o endless.bc
mistake load 'a loop without a bound' "bpf-lab load endless.o --with libbpf 2>&1 | grep -iE 'loop|too (large|many)|processed' | tail -n 6"
bpf-linker --btf -o good.o good.bc
mistake load 'the user may not load programs' "setpriv --reuid=65534 --clear-groups bpf-lab load good.o --with libbpf" 4

{
    printf '# Common mistakes and their messages\n\n'
    printf '`ci/mistakes.sh` makes each of these mistakes and writes this page. It fails if no tool reports a mistake: %d mistakes, %d unreported.\n' "$count" "$silent"
    printf 'Messages of other tools (rustc, and the verifier through libbpf) are unchanged.\n'
    cat "$page"
} > "$work/mistakes.md"
[ "$silent" = 0 ]
if [ "${1:-}" = check ]; then
    diff -u "$root/docs/mistakes.md" "$work/mistakes.md"
else
    cp "$work/mistakes.md" "$root/docs/mistakes.md"
fi
