"""Links native objects with this linker and with `bpftool gen object`, side by side, and prints CPU time and peak memory.

usage: native.py [--runs N] [--libbpf COMMAND] [CASE...]

Cases: two (two small objects), types (160 objects of at least 1 200 BTF types each, most of them shared, as with a common
header), globals (500 global symbols in each object as well), growth (20 to 320 objects of `types`). Variables: OURS,
LLVM_PREFIX (default /usr/lib/llvm-22). The inputs are generated; the script counts their types. Both linkers are run in turn,
and the medians count.
"""

import argparse
import os
import pathlib
import statistics
import struct
import subprocess
import tempfile

LLVM = os.environ.get("LLVM_PREFIX", "/usr/lib/llvm-22")
ROOT = pathlib.Path(__file__).resolve().parent.parent
OURS = os.environ.get("OURS", str(ROOT / "target/release/bpf-linker"))
SHARED, OWN = 540, 20

SMALL = """
#define SEC(name) __attribute__((section(name), used))
int helper%(other)s(int x);
__attribute__((noinline)) int helper%(n)s(int x) { return x + %(n)s; }
SEC("xdp") int prog%(n)s(void *c) { return helper%(other)s(%(n)s); }
char LICENSE[] SEC("license") = "GPL";
"""


def shared_types():
    """A header of structs that refer to each other in circles, as those of a kernel do."""
    text = "".join(f"struct s{n};\n" for n in range(SHARED))
    for n in range(SHARED):
        text += f"struct s{n} {{ struct s{(n * 7 + 1) % SHARED} *a; struct s{(n * 3 + 2) % SHARED} *b; int (*f)(struct s{n} *, long); int x[{n + 1}]; }};\n"
    return text + "struct all { " + "".join(f"struct s{n} *m{n}; " for n in range(SHARED)) + "};\n"


def source(n, globals_):
    text = '#include "shared.h"\n#define SEC(name) __attribute__((section(name), used))\n'
    text += "".join(f"struct own{n}_{k} {{ struct s{k} s; struct own{n}_{k} *next; }};\n" for k in range(OWN))
    text += f"struct all *all{n}; " + "".join(f"struct own{n}_{k} *o{n}_{k}; " for k in range(OWN)) + "\n"
    text += "".join(f"int g{n}_{k} = {k + 1};\n" for k in range(globals_))
    text += f'__attribute__((noinline)) int f{n}(int x) {{ return x * {n + 3} + (all{n} != 0); }}\n'
    text += f'SEC("xdp") int prog{n}(void *c) {{ return f{n}({n}) + (o{n}_0 != 0); }}\n'
    return text + 'char LICENSE[] SEC("license") = "GPL";\n'


def count_types(path):
    """The number of types in `.BTF`, whose sections' headers tell where it is."""
    data = pathlib.Path(path).read_bytes()
    headers, = struct.unpack_from("<Q", data, 0x28)
    number, names = struct.unpack_from("<HH", data, 0x3C)
    strings, = struct.unpack_from("<Q", data, headers + 64 * names + 0x18)
    for index in range(number):
        name, = struct.unpack_from("<I", data, headers + 64 * index)
        if data[strings + name:].split(b"\0", 1)[0] == b".BTF":
            start, = struct.unpack_from("<Q", data, headers + 64 * index + 0x18)
            length, types, size = struct.unpack_from("<III", data, start + 4)
            break
    at, end, found = start + length + types, start + length + types + size, 0
    while at < end:
        info, = struct.unpack_from("<I", data, at + 4)
        kind, vlen = info >> 24 & 0x1F, info & 0xFFFF
        at += 12 + {1: 4, 14: 4, 17: 4, 3: 12, 4: 12 * vlen, 5: 12 * vlen, 15: 12 * vlen, 19: 12 * vlen, 6: 8 * vlen, 13: 8 * vlen}.get(kind, 0)
        found += 1
    return found


def compile_all(folder, sources):
    objects = []
    for name, text in sources:
        (folder / f"{name}.c").write_text(text)
        objects.append(f"{name}.o")
        flags = "-target bpf -mcpu=v3 -O2 -g -Wno-everything -c".split()
        subprocess.run([f"{LLVM}/bin/clang", *flags, f"{name}.c", "-o", f"{name}.o"], cwd=folder, check=True)
    return objects


def measure(command, folder):
    """CPU seconds and peak memory in MiB of one run. A child of Python itself would count Python's memory before exec."""
    process = subprocess.Popen(["/usr/bin/time", "-o", "used", "-f", "%M", *command], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"failed: {' '.join(command[:6])}")
    return used.ru_utime + used.ru_stime, int((folder / "used").read_text()) / 1024


def compare(name, objects, folder, runs, libbpf):
    ours, theirs = [], []
    for _ in range(runs):
        ours.append(measure([OURS, "-o", "ours.out", *objects], folder))
        theirs.append(measure([*libbpf, "gen", "object", "theirs.out", *objects], folder))
    cpu, memory = [[statistics.median(run[i] for run in all_) for all_ in (ours, theirs)] for i in (0, 1)]
    print(f"| {name} | {cpu[0]:.3f} s | {cpu[1]:.3f} s | {cpu[0] / max(cpu[1], 1e-4):.2f} | {memory[0]:.1f} MiB | {memory[1]:.1f} MiB | {memory[0] / memory[1]:.2f} |", flush=True)
    return cpu[0]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--libbpf", default="bpftool")
    parser.add_argument("cases", nargs="*")
    options = parser.parse_args()
    cases, libbpf = options.cases or ["two", "types", "globals", "growth"], options.libbpf.split()
    print("| objects | ours | libbpf's | CPU | ours | libbpf's | memory |\n|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "shared.h").write_text(shared_types())
        if "two" in cases:
            pair = [(f"small{n}", SMALL % {"n": n, "other": 3 - n}) for n in (1, 2)]
            compare("2, small", compile_all(folder, pair), folder, options.runs * 4, libbpf)
        count = 320 if "growth" in cases else 160
        if {"types", "growth"} & set(cases):
            objects = compile_all(folder, ((f"t{n}", source(n, 0)) for n in range(count)))
            least = min(count_types(folder / it) for it in objects)
            if least < 1200:
                raise SystemExit(f"only {least} types")
            if "types" in cases:
                compare(f"160, {least} types each", objects[:160], folder, options.runs, libbpf)
        if "globals" in cases:
            many = compile_all(folder, ((f"g{n}", source(n, 500)) for n in range(160)))
            compare("160, 500 globals each", many, folder, options.runs, libbpf)
        if "growth" in cases:
            last = None
            for number in (20, 40, 80, 160, 320):
                now = compare(f"{number}", objects[:number], folder, options.runs, libbpf)
                if last:
                    print(f"| {number // 2} to {number} | {now / last:.2f} times | | | | | |", flush=True)
                last = now


main()
