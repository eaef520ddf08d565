#!/usr/bin/env python3
"""Stands in for the linker: links with two builds of it, and notes where what they write differs.

ci/same-bytes.sh copies it to where tests and builds call it as the linker. The files that the build under test wrote are
those that stay.
"""

import os
import shlex
import socket
import struct
import subprocess
import sys
import tempfile


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


def served(arguments, given, kind=b"."):
    """Has the server of ci/warm-links.c link."""
    words = [os.getcwd(), str(len(arguments)), *arguments, *(f"{name}={value}" for name, value in os.environ.items())]
    request = b"".join(os.fsencode(word) + b"\0" for word in words)
    file = tempfile.TemporaryFile
    with file() as stdin, file() as stdout, file() as stderr, socket.socket(socket.AF_UNIX) as server:
        stdin.write(given)
        stdin.seek(0)
        server.connect(os.environ["SAME_BYTES_SERVER"])
        socket.send_fds(server, [kind], [stdin.fileno(), stdout.fileno(), stderr.fileno()])
        server.sendall(struct.pack("!I", len(request)) + request)
        (code,) = struct.unpack("!I", server.recv(4, socket.MSG_WAITALL))
        stdout.seek(0)
        stderr.seek(0)
        code = 0x100 - code if code > 0xFF else code
        return subprocess.CompletedProcess(arguments, code, stdout.read(), stderr.read())


def run(arguments, given):
    """Links with the build under test."""
    arguments = [os.environ["SAME_BYTES_LINKER"], *arguments]
    if "SAME_BYTES_SERVER" in os.environ:
        return served(arguments, given)
    return subprocess.run(arguments, capture_output=True, input=given)


def main():
    if sys.argv[1:2] == ["--warm"]:
        sys.exit(served([os.environ["SAME_BYTES_LINKER"], *sys.argv[2:]], b"", b"w").returncode)
    arguments = sys.argv[1:]
    named = {part for word in words(arguments) for part in (word, word.partition("=")[2]) if part}
    named = {part for part in named if "/" in part or "." in part}
    before = {path: stamp(path) for path in named}
    stdin = sys.stdin.buffer.read() if "-" in arguments else b""
    tested = run(arguments, stdin)
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
