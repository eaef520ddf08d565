#!/usr/bin/env bash
# Shows what is in a BPF object: its sections, programs with their number of instructions, maps and BTF.
#
# usage: ci/show.sh OBJECT
set -euo pipefail
object=$1
tools=/usr/lib/llvm-22/bin

echo "$object: $(stat -c %s "$object") bytes"
echo 'sections:'
"$tools/llvm-objdump" --section-headers "$object" | awk '$1 ~ /^[0-9]+$/ && NF > 3 { print $2, $3 }' |
    while read -r name size; do printf '  %-24s %6d bytes\n' "$name" $((16#$size)); done

# Value, flags, section, size, name; functions are marked F, data O.
symbols=$("$tools/llvm-objdump" --syms "$object" | awk '$3 == "F" || $3 == "O" { print $3, $4, $5, $NF }')
echo 'programs:'
while read -r kind section size name; do
    [ "$kind" != F ] || printf '  %-24s %-12s %6d instructions\n' "$name" "$section" $((16#$size / 8))
done <<< "$symbols"
echo 'maps:'
while read -r kind section size name; do
    [[ $kind != O || $section != *maps ]] || printf '  %-24s %s\n' "$name" "$section"
done <<< "$symbols"
echo 'BTF:'
btf=$(bpftool btf dump file "$object")
printf '  %d types, of these functions:\n' "$(grep -c '^\[' <<< "$btf")"
sed -n "s/^\[[0-9]*\] FUNC '\([^']*\)'.*linkage=\([a-z]*\).*/\1 \2/p" <<< "$btf" | awk '{ printf "  %-24s %s\n", $1, $2 }'
