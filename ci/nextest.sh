#!/usr/bin/env bash
# Installs cargo-nextest, which runs the tests, unless it is there.
set -euo pipefail
command -v cargo-nextest > /dev/null && exit
echo 'building cargo-nextest, about 4 minutes'
cargo install --quiet --locked cargo-nextest --version 0.9.143
