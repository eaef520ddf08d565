#!/usr/bin/env bash
# What takes longer than CI may, each step with its duration. A failing step ends the run.
#
# usage: ci/long.sh [STEP...]
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/steps.sh
export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH:/usr/sbin:/sbin"

# Without nextest, which would end what takes this long.
tests() { cargo test --test system -- --nocapture "$@"; }

profiles() {
    BPF_LINKER_PROFILES=all tests kernels::examples_of_every_profile
    tests --ignored differential::
}
links() { BPF_LINKER_EXECUTION_SEED=2 BPF_LINKER_EXECUTION_FUNCTIONS=6000 tests execution::; }
ordinary() {
    BPF_LINKER_IDIOMS=all tests idioms::ordinary_programs
    BPF_LINKER_PANICS_FUNCTIONS=400 tests panics::generated
}
sources() { BPF_LINKER_EXECUTION_SEED=1000 BPF_LINKER_EXECUTION_LINKS=3000 tests execution::links::; }
mutations() {
    BPF_LINKER_MUTATIONS=10000 tests mutations::
    BPF_LINKER_NATIVE_MUTATIONS=3000 tests object::malformed::
}
corpora() { ci/corpora.sh all; }
fuzz() {
    local target
    for target in response arguments inputs object join merge btf producer scripts; do
        ci/fuzz.sh "$target" 600
    done
}
benches() { benches/run; }
examples() { ci/examples.sh; }
mistakes() { ci/mistakes.sh check; }
newcomer() { ci/newcomer.sh; }
packages() { ci/package.sh check; }
browser() { ci/browser.sh; }
hosts() { ci/hosts.sh; }
targets() { ci/targets.sh; }
forms() { BPF_LINKER_FORMS=all tests verdict::verify::the_search; }
verdicts() { ci/kernels.sh later && BPF_LINKER_PAGE=all tests corpora::page::; }
table() { ci/kernels.sh later && ci/kernel-table.py; }

# Step, what it is, and how long it takes on two cores.
steps='
profiles|every profile on every kernel|20 minutes
links|6000 random functions, linked in every way|40 minutes
ordinary|ordinary Rust at every level, 400 functions that may panic|10 minutes
sources|3000 random programs of several sources|45 minutes
mutations|10000 damaged inputs|30 minutes
corpora|all selftests and schedulers|20 minutes
fuzz|every fuzz target for ten minutes|75 minutes
benches|all benchmarks|20 minutes
mistakes|the mistakes of docs/mistakes.md|3 minutes
examples|each example by its own README|10 minutes
newcomer|both commands on a machine with nothing|90 minutes
packages|each crate, the archive and the Debian package, installed and used|20 minutes
browser|the HTML report in a browser|4 minutes
hosts|the same bytes on aarch64, s390x and i686|40 minutes
forms|forms of refused programs that load|2 minutes
verdicts|corpora by kernels by linkers, docs/verdicts.md|60 minutes
table|the table of releases against the BTF of kernel images|3 minutes
targets|the linker checked for hosts on which nothing runs it here|6 minutes
'

for name; do
    grep -q "^$name|" <<< "$steps" || {
        echo "$0: no step $name; there are:$(sed -n 's/|.*//p' <<< "$steps" | tr '\n' ' ')" >&2
        exit 2
    }
done

while IFS='|' read -r name what expected <&3; do
    [ -n "$name" ] || continue
    [ $# = 0 ] || [[ " $* " == *" $name "* ]] || continue
    step "$name: $what" "$expected" "$name"
done 3<<< "$steps"
