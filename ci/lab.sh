# Sourced by the scripts that fetch toolchains for tests. Nothing here touches the machine's own packages.
#
# lab: where everything goes; shared by all checkouts of one machine.
lab=${BPF_LINKER_LAB:-$HOME/.cache/bpf-linker-lab}
mkdir -p "$lab"

# Leaves the script when NAME is there already; prints its path on standard output either way.
lab_done_if() {
    if [ -e "$lab/$1/.complete" ]; then
        echo "$lab/$1"
        exit 0
    fi
}

# Begins NAME: an empty folder beside it, whose path is in $work, renamed into place by lab_finish. A script that is
# interrupted, or runs twice at a time, leaves nothing half made.
lab_begin() {
    work=$(mktemp -d "$lab/.$1.XXXXXX")
    chmod 755 "$work"
    trap 'rm -rf "$work"' EXIT
}

lab_finish() {
    touch "$work/.complete"
    rm -rf "${lab:?}/$1"
    if ! mv -T "$work" "$lab/$1" 2>/dev/null && [ ! -e "$lab/$1/.complete" ]; then
        echo "$0: cannot move $work to $lab/$1" >&2
        exit 1
    fi
    echo "$lab/$1"
}

# Says what is made, and how long that takes on two cores: lab_announce WHAT DURATION
lab_announce() {
    echo "$1: not there yet; this takes about $2" >&2
}

# The machine's package mirror, as its own sources name it.
lab_mirror() {
    cat /etc/apt/sources.list.d/*.sources 2>/dev/null | sed -n 's/^URIs: *//p' | grep -v security | head -n 1
}

# Runs apt with a state of its own that knows the SUITE only: lab_apt SUITE COMMAND...
lab_apt() {
    local suite=$1 state=$lab/apt-$1
    shift
    mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
    local keys=/usr/share/keyrings/debian-archive-keyring.gpg
    echo "deb [signed-by=$keys] $(lab_mirror) $suite main" > "$state/sources.list"
    : > "$state/status"
    "$@" -o Dir::Etc::sourcelist="$state/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::State::lists="$state/lists" -o Dir::State::status="$state/status" -o Dir::Cache="$state/cache" \
        -o APT::Sandbox::User=root
}
