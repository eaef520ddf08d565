#!/usr/bin/env bash
# Runs the two commands of the README on a machine with nothing: a fresh minbase chroot of this machine's Debian, as root
# and as an ordinary user. Needs root and debootstrap.
#
# usage: ci/newcomer.sh [quick]    quick: without the whole test suite
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/steps.sh

. ci/chroot.sh
mkdir "$chroot/root/clone" "$chroot/home/user/clone"
git archive HEAD | tee >(tar -x -C "$chroot/root/clone") | tar -x -C "$chroot/home/user/clone"
chown -R 1000:1000 "$chroot/home/user/clone"

# Without packages, an ordinary user is told once what to install.
if said=$(as_user sh -c 'cd ~/clone && ci/demo.sh' 2>&1); then
    echo "$0: the demonstration works without a compiler" >&2
    exit 1
fi
grep -q 'apt-get install' <<< "$said"

PATH="$PATH:/usr/sbin:/sbin"
step 'the demonstration as root' '10 minutes' inside /root sh -c 'PATH=$PATH:/usr/sbin:/sbin; cd ~/clone && CI=1 ci/demo.sh'
demo_of_user() {
    local said
    said=$(as_user sh -c 'cd ~/clone && ci/demo.sh' 2>&1) || { echo "$said"; return 1; }
    echo "$said"
    grep -q 'the rest needs root' <<< "$said"
}
step 'the demonstration as an ordinary user' '10 minutes' demo_of_user
# The tests load programs: an ordinary user without sudo is told so at once.
if said=$(as_user sh -c 'cd ~/clone && timeout 5 ci/test.sh' 2>&1); then exit 1; fi
grep -q 'root is needed' <<< "$said"
[ "${1:-}" = quick ] || step 'the tests as root' '60 minutes' inside /root sh -c 'PATH=$PATH:/usr/sbin:/sbin; cd ~/clone && ci/test.sh'
echo "$0: both commands work on a machine with nothing"
