#!/usr/bin/env bash
# The kernels of the lab, each as $lab/kernels/NAME/vmlinuz with the version it has in NAME/release, a static busybox
# beside them, and the machine emulator that boots them. Prints the folder.
#
# The last is whatever the distribution has newest at the time; remove $lab/kernels to have a newer one.
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

# Downloads PACKAGE of SUITE and unpacks it into FOLDER.
unpack() {
    local suite=$1 package=$2 folder=$3
    mkdir -p "$folder/packages"
    (cd "$folder/packages" && lab_apt "$suite" apt-get download -qq "$package")
    dpkg -x "$folder"/packages/*.deb "$folder/root"
}

# The newest kernel for virtual machines that SUITE has of this series, or at all. Since 7.0 the image has a package
# of its own, which the other one only names.
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

fetch() {
    local series=$1 suite=$2 package
    lab_apt "$suite" apt-get update -qq >&2
    package=$(newest_of "$suite" "$series")
    [ -n "$package" ] || {
        echo "$0: $suite has no kernel $series" >&2
        exit 1
    }
    unpack "$suite" "$package" "$work/$series"
    # Where the image is has changed over time, but not that the package's name ends in the release.
    find "$work/$series/root" -type f -name 'vmlinuz*' -exec mv {} "$work/$series/vmlinuz" \;
    [ -f "$work/$series/vmlinuz" ] || {
        echo "$0: $package of $suite has no vmlinuz" >&2
        exit 1
    }
    echo "${package#linux-*-}" > "$work/$series/release"
    rm -r "$work/$series/root" "$work/$series/packages"
}

install_emulator
lab_done_if kernels
lab_begin kernels
while read -r series suite; do
    [ -z "$series" ] || fetch "$series" "$suite"
done <<< "$kernels"
unpack bookworm busybox-static "$work/busybox-static"
mv "$work/busybox-static/root/bin/busybox" "$work/busybox"
rm -r "$work/busybox-static"
lab_finish kernels
