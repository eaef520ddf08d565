#!/usr/bin/env bash
# The kernels of the lab, each as $lab/linux/NAME/vmlinuz with its settings in NAME/config and its version in
# NAME/release, a static busybox beside them, and the machine emulator that boots them. Prints the folder.
#
# The last but one is whatever the distribution has newest at the time; remove $lab/linux to have a newer one. A new kernel may
# refuse even what clang makes. Then the tests say so, and judge by `good`: the newest of a series that was seen to take
# clang's objects.
#
# `ci/kernels.sh later` fetches the releases that tell when something came into the kernel, into $lab/linux-later:
# ci/kernel-table.py reads their BTF, and nothing is booted unless asked for.
set -euo pipefail
cd "$(dirname "$0")"
. ./lab.sh

# Name, suite.
kernels='
5.10 bullseye
6.1 bookworm
6.12 bookworm-backports
newest sid
'
later='
6.16 trixie-backports
6.17 trixie-backports
6.18 trixie-backports
6.19 trixie-backports
7.0 trixie-backports
7.1 trixie-backports
7.2 trixie-backports
7.3 trixie-backports
'
# The series of `good`; and where it is looked for, once the newest is of a later one.
good=7.2
good_suites='sid trixie-backports'

# The machine's packages, and those of backports: its other parts of the emulator may be of there already.
install_emulator() {
    command -v qemu-system-x86_64 > /dev/null && return
    local suite=bookworm-backports state=$lab/apt-emulator as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo)
    mkdir -p "$state/sources" "$state/lists/partial" "$state/cache/archives/partial"
    cp /etc/apt/sources.list.d/*.sources "$state/sources/"
    local keys=/usr/share/keyrings/debian-archive-keyring.gpg
    echo "deb [signed-by=$keys] $(lab_mirror) $suite main" > "$state/sources/$suite.list"
    local options=(-o Dir::Etc::sourceparts="$state/sources" -o Dir::State::lists="$state/lists"
        -o Dir::Cache="$state/cache" -o APT::Sandbox::User=root)
    "${as_root[@]}" apt-get update -qq "${options[@]}" >&2
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends \
        -t "$suite" "${options[@]}" qemu-system-x86 > /dev/null
    rm -rf "$state/cache"
}

# Downloads packages of SUITE and unpacks them into FOLDER: unpack SUITE FOLDER PACKAGE...
unpack() {
    local suite=$1 folder=$2 package
    shift 2
    mkdir -p "$folder/packages"
    (cd "$folder/packages" && lab_apt "$suite" apt-get download -qq "$@")
    for package in "$folder"/packages/*.deb; do
        dpkg -x "$package" "$folder/root"
    done
    rm -r "$folder/packages"
}

# The newest kernel for virtual machines that SUITE has of this series, or at all. Since 7.0 the image has a package
# of its own, which the other one only names; its settings are in a third.
newest_of() {
    local suite=$1 series=${2//./[.]} kind found
    [ "$series" != newest ] || series='[0-9]+'
    for kind in linux-binary linux-image; do
        found=$(lab_apt "$suite" apt-cache search --names-only "^$kind-$series[.0-9]*[-+][^ ]*cloud-amd64\$" |
            cut -d ' ' -f 1 | sort --version-sort | tail -n 1)
        [ -z "$found" ] || break
    done
    echo "$found"
}

# Puts the newest kernel of SERIES that SUITE has into $work/NAME, or fails if it has none: fetch SERIES SUITE [NAME]
fetch() {
    local series=$1 suite=$2 package
    lab_apt "$suite" apt-get update -qq >&2
    package=$(newest_of "$suite" "$series")
    [ -n "$package" ] || return 1
    local release=${package#linux-*-} folder=$work/${3:-$series}
    case $package in
        # Of an older release a suite may keep the image and not the settings, without which only BTF can be read.
        linux-binary-*) unpack "$suite" "$folder" "$package" $(lab_apt "$suite" apt-cache pkgnames "linux-base-$release") ;;
        *) unpack "$suite" "$folder" "$package" ;;
    esac
    # Where the two are has changed over time.
    find "$folder/root" -type f -name 'vmlinuz*' -exec mv {} "$folder/vmlinuz" \;
    find "$folder/root" -type f \( -name config -o -name 'config-*' \) -exec mv {} "$folder/config" \;
    [ -f "$folder/vmlinuz" ] && { [ -f "$folder/config" ] || [ "$set" = later ]; } || {
        echo "$0: $package of $suite lacks vmlinuz or config" >&2
        exit 1
    }
    echo "$release" > "$folder/release"
    rm -r "$folder/root"
}

# The newest itself, as long as its series is not above that of `good`.
fetch_good() {
    local newest suite
    newest=$(cut -d . -f 1,2 "$work/newest/release")
    if [ "$(printf '%s\n' "$newest" "$good" | sort --version-sort | tail -n 1)" = "$good" ]; then
        ln -s newest "$work/good"
        return
    fi
    for suite in $good_suites; do
        fetch "$good" "$suite" good && return
    done
    echo "$0: no suite has kernel $good any more; the newest one judges alone" >&2
    ln -s newest "$work/good"
}

fetch_all() {
    local series suite
    while read -r series suite; do
        [ -z "$series" ] || fetch "$series" "$suite" || {
            echo "$0: $suite has no kernel $series" >&2
            exit 1
        }
    done <<< "$1"
}

set=${1-}
if [ "$set" = later ]; then
    lab_done_if linux-later
    lab_announce 'kernels 6.16 to 7.3' 'two minutes'
    lab_begin linux-later
    fetch_all "$later"
    lab_finish linux-later
    exit
fi
install_emulator
lab_done_if linux
lab_announce 'kernels 5.10, 6.1, 6.12 and the newest' 'a minute'
lab_begin linux
fetch_all "$kernels"
fetch_good
unpack bookworm "$work/busybox-static" busybox-static
mv "$work/busybox-static/root/bin/busybox" "$work/busybox"
rm -r "$work/busybox-static"
lab_finish linux
