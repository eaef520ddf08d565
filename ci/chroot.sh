# Sourced by scripts that need a machine with nothing: a fresh minbase chroot of this machine's Debian, in $chroot, which
# is removed when the script ends. Needs root, and installs debootstrap.
#
# Runs COMMAND as root with HOME: inside HOME COMMAND...
inside() { chroot "$chroot" env -i HOME="$1" PATH=/usr/local/bin:/usr/bin:/bin TERM=dumb "${@:2}"; }
# Runs COMMAND as an ordinary user: as_user COMMAND...
as_user() { inside /home/user setpriv --reuid=1000 --regid=1000 --clear-groups "$@"; }

# Removes the chroot, but only if nothing of this machine is mounted in it anymore.
leave_chroot() {
    local place
    for place in sys/fs/bpf sys proc dev; do
        umount "$chroot/$place" 2> /dev/null || true
    done
    if grep -q " $chroot/" /proc/mounts; then
        echo "$0: $chroot is still in use, and not removed" >&2
    else
        rm -rf --one-file-system "$chroot"
    fi
}

command -v debootstrap > /dev/null ||
    DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends debootstrap > /dev/null
chroot=$(mktemp -d)
trap leave_chroot EXIT

# The sources of this machine's own apt, whatever their form and host.
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | grep -m 1 '/debian/*$')
PATH="$PATH:/usr/sbin:/sbin" step "a minbase chroot of $suite" '2 minutes' \
    debootstrap --variant=minbase "$suite" "$chroot" "$mirror" > /dev/null
cp -r /etc/apt/. "$chroot/etc/apt/"
cp /etc/resolv.conf "$chroot/etc/resolv.conf"
mount -t proc proc "$chroot/proc"
mount -t sysfs sys "$chroot/sys"
mount --bind /dev "$chroot/dev"
inside /root useradd --create-home --uid 1000 user
