#!/usr/bin/env bash
# Builds what a release consists of, in target/package: each crate from its own tarball, an archive with the command, man
# page and completions, and a Debian package.
#
# usage: ci/package.sh           only build, as the release workflow does
#        ci/package.sh check     also install the package in a fresh chroot and link a program there, build the snippets
#                                of docs/integration.md and the template; needs root
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/steps.sh
PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH:/usr/sbin:/sbin"
package=$PWD/target/package
assets=$package/assets
mkdir -p "$assets"
version=$(sed -n '0,/^version = /s/^version = "\(.*\)"/\1/p' Cargo.toml)
host=$(rustc -vV | sed -n 's/^host: //p')

# Each crate is unpacked from its own tarball and built there; those that it depends on are taken from theirs.
crates() {
    cargo package --quiet --locked --allow-dirty --package ebpf-linker --package bpf-linker-btf \
        --package bpf-linker-shim --package btf-core
    local crate
    for crate in ebpf-linker bpf-linker-btf bpf-linker-shim btf-core; do
        tar -tf "$package/$crate-$version.crate" > "$package/contents"
        for file in README.md LICENSE-APACHE LICENSE-MIT; do
            grep -q "/$file\$" "$package/contents" || { echo "$crate lacks $file" >&2; return 1; }
        done
    done
}

archive() {
    local name=ebpf-linker-$version-$host shell
    env -u CARGO_TARGET_DIR cargo build --quiet --locked --release --bin bpf-linker
    target/release/bpf-linker --man > "$assets/bpf-linker.1"
    for shell in bash fish zsh; do
        target/release/bpf-linker --completions "$shell" > "$assets/bpf-linker.$shell"
    done
    rm -rf "${package:?}/$name"
    mkdir "$package/$name"
    cp target/release/bpf-linker "$assets"/* README.md CHANGELOG.md LICENSE-* "$package/$name"
    tar -czf "$package/$name.tar.gz" -C "$package" "$name"
}

debian() {
    command -v cargo-deb > /dev/null || cargo install --quiet --locked cargo-deb
    env -u CARGO_TARGET_DIR cargo deb --quiet --no-build --no-strip --output "$package/ebpf-linker.deb"
}

step 'each crate from its own tarball' '5 minutes' crates
step 'the archive' '3 minutes' archive
step 'the Debian package' '3 minutes' debian
[ "${1:-}" = check ] || exit 0

# The bitcode of a program, made outside of the chroot, which has no compiler.
program() {
    printf '%s\n' '__attribute__((section("xdp"), used)) int pass(void *context) { return 2; }' \
        'char LICENSE[] __attribute__((section("license"), used)) = "GPL";' > "$1.c"
    clang-19 -target bpf -O2 -g -emit-llvm -c "$1.c" -o "$1.bc"
}

# Installs the package where there is nothing else, and loads what it links into this kernel.
installed() {
    cp "$package/ebpf-linker.deb" "$chroot/root/"
    inside /root apt-get update -qq
    inside /root env DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes /root/ebpf-linker.deb > /dev/null
    program "$chroot/root/pass"
    inside /root bpf-linker --print-llvm /root/pass.bc
    inside /root bpf-linker --btf -o /root/pass.o /root/pass.bc
    local file
    for file in man/man1/bpf-linker.1.gz bash-completion/completions/bpf-linker zsh/vendor-completions/_bpf-linker; do
        [ -s "$chroot/usr/share/$file" ] || { echo "the package lacks $file" >&2; return 1; }
    done
    cargo build --quiet --locked --package bpf-lab
    "${CARGO_TARGET_DIR:-target}/debug/bpf-lab" load "$chroot/root/pass.o" --with libbpf
}

# Writes the block of docs/integration.md that is marked with the name of a file to that file.
snippet() { sed -n "/^\`\`\`[a-z]* file=${1//\//\\/}\$/,/^\`\`\`\$/{/^\`\`\`/d;p}" docs/integration.md > "$2/$1"; }
# Builds with CMake and Meson by the snippets, and again after a source was touched.
snippets() {
    local work
    work=$(mktemp -d)
    PATH="$PWD/target/release:/usr/lib/llvm-22/bin:$PATH"
    printf 'int verdict(void) { return 2; }\n' > "$work/verdict.c"
    printf 'int verdict(void);\n__attribute__((section("xdp"), used)) int pass(void *context) { return verdict(); }\n' > "$work/pass.bpf.c"
    snippet CMakeLists.txt "$work"
    snippet meson.build "$work"
    cmake -S "$work" -B "$work/cmake" -G Ninja > /dev/null
    ninja -C "$work/cmake" > /dev/null
    meson setup "$work/meson" "$work" > /dev/null
    ninja -C "$work/meson" > /dev/null
    local folder
    for folder in cmake meson; do
        [ -s "$work/$folder/pass.o" ] || { echo "$folder made no pass.o" >&2; return 1; }
        ninja -C "$work/$folder" | grep -q 'no work to do'
        touch "$work/verdict.c"
        ninja -C "$work/$folder" | grep -q 'pass.o'
    done
    rm -r "$work"
}

# Builds a project of the template as `cargo generate` makes it: it replaces one name.
template() {
    local project
    project=$(mktemp -d)
    cp -r template/. "$project"
    sed -i 's/{{project-name}}/tracer/g' "$project/Cargo.toml"
    (cd "$project" && RUSTUP_TOOLCHAIN=stable RUSTC=/usr/bin/rustc CARGO_TARGET_DIR=$project/target PATH="$OLDPWD/target/release:$PATH" \
        cargo build --quiet --release --config "patch.crates-io.btf-core.path=\"$OLDPWD/btf-core\"")
    cargo run --quiet --locked --package bpf-lab load "$project/target/bpfel-unknown-none/release/tracer" --with libbpf
    rm -r "$project"
}

. ci/chroot.sh
step 'the package on a machine with nothing' '2 minutes' installed
command -v cmake > /dev/null && command -v meson > /dev/null ||
    apt-get install -qq --yes --no-install-recommends cmake meson > /dev/null
step 'the snippets for CMake and Meson' '10 seconds' snippets
step 'the template' 'a minute' template
