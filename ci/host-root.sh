#!/usr/bin/env bash
# Runs a command with the libraries of another architecture laid under those of this machine.
#
# usage: ci/host-root.sh FOLDER COMMAND...
#
# FOLDER/usr is merged into /usr, where files of the machine win. FOLDER/binfmt, if there is one, registers the emulator of
# programs of that architecture. All of this is in namespaces of the command: the machine's own mounts and its list of binary
# formats stay as they are. Needs root and Linux 6.7, since when each user namespace has such a list of its own.
set -euo pipefail
folder=$(realpath "$1")
shift
top=$(mktemp -d)
trap 'rmdir "$top"' EXIT

tree() {
    local folder=$1 top=$2 entry
    shift 2
    mount -t tmpfs none "$top"
    mkdir "$top/usr"
    mount -t overlay none -o "lowerdir=/usr:$folder/usr" "$top/usr"
    for entry in /*; do
        case $entry in
            /usr) ;;
            *) if [ -L "$entry" ]; then
                cp -P "$entry" "$top/"
            elif [ -d "$entry" ]; then
                mkdir "$top$entry"
                mount --rbind "$entry" "$top$entry"
            fi ;;
        esac
    done
    unshare --user --map-root-user --mount chroot "$top" bash -euc '
        mount -t binfmt_misc none /proc/sys/fs/binfmt_misc
        [ ! -e "$1/binfmt" ] || cat "$1/binfmt" > /proc/sys/fs/binfmt_misc/register
        cd "$2"
        shift 2
        exec "$@"
    ' sh "$folder" "$PWD" "$@"
}
export -f tree
unshare --mount bash -euc 'tree "$@"' sh "$folder" "$top" "$@"
