#!/usr/bin/env bash
# LLVM's parser of command lines, called as a library, ignores an option that does not exist, and only then applies the rest.
#
# Tool: LLVM 22.1.0, as the PyPI package llvmlite 0.50.0 has it (`set_option` is cl::ParseCommandLineOptions).
# Expected: an error for a name that no part of LLVM has registered, as `opt` and `llc` give.
# Seen: no message and no error for an unknown name, also with a value, and the valid option beside it takes effect. Only a bad value of a
# known option is complained of, on standard error, and that call returns as if nothing was wrong too.
#     unknown name: 0 bytes said; bad value: said, and returned
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --target "$work/py" llvmlite==0.50.0

cat > "$work/options.py" <<'PY'
import sys
import llvmlite.binding as llvm
llvm.initialize_all_targets()
llvm.set_option("", sys.argv[1])
print("returned")
PY
try() { PYTHONPATH=$work/py python3 "$work/options.py" "$1" 2> "$work/$2.txt" > "$work/$2.out"; }
PYTHONPATH=$work/py python3 -c 'import llvmlite.binding as llvm; print("LLVM", *llvm.llvm_version_info)'
try --disable-gotox=maybe bad
try --disable-gotoxx=maybe unknown
echo "unknown name: $(wc -c < "$work/unknown.txt") bytes said; bad value: $(cat "$work/bad.txt")"
[ ! -s "$work/unknown.txt" ] && [ -s "$work/bad.txt" ] && grep -q returned "$work/unknown.out" && grep -q returned "$work/bad.out" || {
    echo "changed: unknown options are noticed" >&2
    exit 1
}
