#!/usr/bin/env python3
"""Stands in for the linker: links with two builds of it, and notes where what they write differs.

ci/same-bytes.sh copies it to where tests and builds call it as the linker. The files that the build under test wrote are
those that stay.
"""

import os
import shlex
import subprocess
import sys


def words(arguments):
    """Yields all arguments, those of response files too."""
    for argument in arguments:
        yield argument
        if argument.startswith("@") and os.path.isfile(argument[1:]):
            with open(argument[1:], encoding="utf-8") as file:
                yield from words(shlex.split(file.read()))


def stamp(path):
    try:
        found = os.stat(path)
    except OSError:
        return None
    return (found.st_ino, found.st_mtime_ns, found.st_size)


def files_below(path):
    if os.path.isdir(path):
        return [os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names]
    return [path]


def contents(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def main():
    arguments = sys.argv[1:]
    named = {part for word in words(arguments) for part in (word, word.partition("=")[2]) if part}
    named = {part for part in named if "/" in part or "." in part}
    before = {path: stamp(path) for path in named}
    stdin = sys.stdin.buffer.read() if "-" in arguments else b""
    tested = subprocess.run([os.environ["SAME_BYTES_LINKER"], *arguments], capture_output=True, input=stdin)
    written = [path for path in named if stamp(path) != before[path]]
    files = [file for path in written for file in files_below(path)]
    # Times of phases are never the same.
    traces = {after for word, after in zip(arguments, arguments[1:]) if word == "--time-trace"}
    files = [file for file in files if file not in traces and "time" not in os.path.basename(file)]
    ours = {file: contents(file) for file in files}
    base = subprocess.run([os.environ["SAME_BYTES_BASE"], *arguments], capture_output=True, input=stdin)
    theirs = {file: contents(file) for file in files}
    for file, data in ours.items():
        if data is not None and data != theirs[file]:
            with open(file, "wb") as output:
                output.write(data)
    different = [file for file in files if ours[file] != theirs[file]]
    for what in ("returncode", "stdout", "stderr"):
        if getattr(tested, what) != getattr(base, what):
            different.append(what)
    with open(os.environ["SAME_BYTES_COUNT"], "a", encoding="utf-8") as log:
        log.write(".\n")
    if different:
        with open(os.environ["SAME_BYTES_LOG"], "a", encoding="utf-8") as log:
            log.write(f"{' '.join(different)}: {shlex.join(arguments)} in {os.getcwd()}\n")
    sys.stdout.buffer.write(tested.stdout)
    sys.stderr.buffer.write(tested.stderr)
    sys.exit(tested.returncode if tested.returncode >= 0 else 128 - tested.returncode)


main()
