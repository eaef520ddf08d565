"""Measures folders that `bpf-linker --reproduce` wrote: ours, the incumbent and the floor, taking turns.

usage: compare.py [--runs N] FOLDER...

Variables: OURS, INCUMBENT, LLVM_PREFIX (default /usr/lib/llvm-22). Prints a table in Markdown.
"""

import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

LLVM = os.environ.get("LLVM_PREFIX", "/usr/lib/llvm-22")
ROOT = pathlib.Path(__file__).resolve().parent.parent
OURS = os.environ.get("OURS", str(ROOT / "target/release/bpf-linker"))
LAB = os.environ.get("BPF_LINKER_LAB", os.path.expanduser("~/.cache/bpf-linker-lab"))
INCUMBENT = os.environ.get("INCUMBENT", f"{LAB}/incumbent-0.13.0/bin/bpf-linker")


def once(commands, folder):
    """CPU seconds, wall seconds and peak MiB of the commands one after the other; None if one fails."""
    import time

    cpu, peak, start = 0.0, 0.0, time.monotonic()
    for command in commands:
        pid = os.fork()
        if pid == 0:
            os.chdir(folder)
            null = os.open("/dev/null", os.O_RDWR)
            os.dup2(null, 1), os.dup2(null, 2)
            try:
                os.execv(command[0], command)
            finally:
                os._exit(127)
        _, status, usage = os.wait4(pid, 0)
        if status:
            return None
        cpu += usage.ru_utime + usage.ru_stime
        peak = max(peak, usage.ru_maxrss / 1024)
    return cpu, time.monotonic() - start, peak


def measure(contenders, folder, runs):
    results = {name: [] for name in contenders}
    for _ in range(runs):
        for name, commands in contenders.items():
            result = once(commands, folder)
            if result:
                results[name].append(result)
    return {name: tuple(map(min, zip(*all))) for name, all in results.items() if all}


def facts(path):
    """Size in bytes and number of instructions of an object."""
    if not path.exists():
        return None
    text = subprocess.run(
        [f"{LLVM}/bin/llvm-objdump", "-d", path], capture_output=True, text=True, check=True
    ).stdout
    return path.stat().st_size, len(re.findall(r"^ +[0-9a-f]+:\t", text, re.M))


def incumbent_words(response):
    """Our words as the incumbent knows them."""
    words = []
    for word in shlex.split(response.read_text()):
        option, _, value = word.partition("=")
        if option == "-O" or option.startswith("-O"):
            words.append("-O" + (value or option[2:]))
        elif option in ("--optimize",):
            words.append(f"-O{value}")
        elif option == "--output":
            continue
        else:
            words.append(word)
    return words


def sysroot():
    """Where the rustc on PATH keeps its libLLVM."""
    return subprocess.run(
        ["rustc", "--print", "sysroot"], capture_output=True, text=True, check=True
    ).stdout.strip()


def contenders(folder, scratch):
    ours = [OURS, "--llvm", f"{LLVM}/lib", "@response"]
    known = incumbent_words(folder / "response")
    live = scratch / "live"
    subprocess.run([*ours, f"--dump-module={live}", "-o", scratch / "x.o"], cwd=folder, check=True,
                   capture_output=True)
    opt = [f"{LLVM}/bin/opt", "-O3", str(live / "pre-opt.ll"), "-o", str(scratch / "live.bc")]
    llc = [f"{LLVM}/bin/llc", "-march=bpf", "-filetype=obj", str(scratch / "live.bc"),
           "-o", str(scratch / "floor.o")]
    subprocess.run([f"{LLVM}/bin/llvm-as", live / "pre-opt.ll", "-o", scratch / "pre.bc"], check=True)
    opt[2] = str(scratch / "pre.bc")
    rustc = [OURS, "--llvm", f"{sysroot()}/lib", "@response", "-o", str(scratch / "rustc.o")]
    return {
        "ours": [[*ours, "-o", str(scratch / "ours.o")]],
        "ours with rustup's libLLVM": [rustc],
        "incumbent": [[INCUMBENT, *known, "-o", str(scratch / "incumbent.o")]],
        "start of an LLVM tool": [[f"{LLVM}/bin/llc", "--version"]],
        "opt + llc on what is live": [opt, llc],
    }


def row(name, kind, result, base, made):
    ratio = lambda at: f" ({result[at] / base[at]:.2f}x)" if base and result is not base else ""
    size, count = made or ("", "")
    return (f"| {name} | {kind} | {result[0] * 1000:.1f}{ratio(0)} | {result[1] * 1000:.0f}{ratio(1)} "
            f"| {result[2]:.1f}{ratio(2)} | {size} | {count} |")


def main(words):
    runs = 7
    if words[:1] == ["--runs"]:
        runs, words = int(words[1]), words[2:]
    if not words:
        sys.exit(__doc__)
    print("| link | who | CPU ms | wall ms | peak MiB | object bytes | instructions |")
    print("|---|---|---|---|---|---|---|")
    objects = {"ours": "ours.o", "incumbent": "incumbent.o", "opt + llc on what is live": "floor.o"}
    for word in words:
        folder = pathlib.Path(word)
        with tempfile.TemporaryDirectory() as scratch:
            scratch = pathlib.Path(scratch)
            results = measure(contenders(folder, scratch), folder, runs)
            for kind, result in results.items():
                made = facts(scratch / objects[kind]) if kind in objects else None
                print(row(folder.name, kind, result, results.get("ours"), made), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
