#!/usr/bin/env bash
# Shows what is in a BPF object: its sections, programs with their number of instructions, maps and BTF.
#
# usage: ci/show.sh OBJECT
set -euo pipefail
object=$1
tools=/usr/lib/llvm-22/bin
export PATH="$PATH:/usr/sbin:/sbin"

# Prints rows of tab-separated cells as aligned columns; those of numbers to the right.
columns() {
    awk -F '\t' '
        { for (i = 1; i <= NF; i++) { cell[NR, i] = $i; if (length($i) > width[i]) width[i] = length($i) } cells[NR] = NF }
        END {
            for (row = 1; row <= NR; row++) {
                line = " "
                for (i = 1; i <= cells[row]; i++) {
                    right = cell[row, i] ~ /^[0-9]+ [a-z]+$/
                    line = line " " sprintf(right ? "%*s" : "%-*s", width[i], cell[row, i])
                }
                sub(/ +$/, "", line)
                print line
            }
        }'
}

echo "$object: $(stat -c %s "$object") bytes"
echo 'sections:'
"$tools/llvm-objdump" --section-headers "$object" | awk '$1 ~ /^[0-9]+$/ && NF > 3 { print $2, $3 }' |
    while read -r name size; do printf '%s\t%d bytes\n' "$name" $((16#$size)); done | columns

# Value, flags, section, size, name; functions are marked F, data O. Names of Rust are demangled.
symbols=$("$tools/llvm-objdump" --syms "$object" | awk '$3 == "F" || $3 == "O" { print $3, $4, $5, $NF }' |
    "$tools/llvm-cxxfilt")
echo 'programs:'
while read -r kind section size name; do
    [ "$kind" != F ] || printf '%s\t%s\t%d instructions\n' "$name" "$section" $((16#$size / 8))
done <<< "$symbols" | columns
echo 'maps:'
while read -r kind section size name; do
    [[ $kind != O || $section != *maps ]] || printf '%s\t%s\n' "$name" "$section"
done <<< "$symbols" | columns
echo 'BTF:'
btf=$(bpftool btf dump file "$object")
printf '  %d types, of these functions:\n' "$(grep -c '^\[' <<< "$btf")"
sed -n "s/^\[[0-9]*\] FUNC '\([^']*\)'.*linkage=\([a-z]*\).*/\1\t\2/p" <<< "$btf" | columns
