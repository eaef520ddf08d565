"""Measures how CPU time grows with the number of things of one kind in an object, beside that of `opt -O2` and `llc`.

usage: growth.py [--runs N] [--small N] [--large N] [KIND...]

Variables: OURS, BASE (another build to measure beside it), LLVM_PREFIX (default /usr/lib/llvm-22). Prints a table in Markdown:
medians of CPU seconds for few and for many, and our growth over that of LLVM's tools.
"""

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

LLVM = os.environ.get("LLVM_PREFIX", "/usr/lib/llvm-22")
ROOT = pathlib.Path(__file__).resolve().parent.parent
OURS = os.environ.get("OURS", str(ROOT / "target/release/bpf-linker"))
BASE = os.environ.get("BASE")
FLAGS = "-target bpf -mcpu=v3 -O2 -g -Wno-everything -emit-llvm -c".split()

HEAD = """
#define SEC(name) __attribute__((section(name), used))
#define NOINLINE __attribute__((noinline))
char LICENSE[] SEC("license") = "GPL";
"""


def program(body, name="entry", section="socket"):
    return f'SEC("{section}") long {name}(unsigned long *c) {{\n    long r = 0;\n{body}    return r;\n}}\n'


def lines(count, line):
    return "".join(line(n) + "\n" for n in range(count))


def in_programs(count, line):
    """So many lines in programs of a hundred each."""
    starts = range(0, count, 100)
    return "".join(program(lines(min(100, count - s), lambda n: line(s + n)), f"entry{s}", "socket") for s in starts)


KINDS = {
    "programs": lambda count: lines(count, lambda n: program(f"    r = c[{n % 64}];\n", f"p{n}", f"socket/{n}")),
    "functions": lambda count: lines(count, lambda n: f"NOINLINE long f{n}(long *c) {{ return c[{n % 64}] + {n}; }}")
    + program("    r = f0(c);\n"),
    "externs": lambda count: lines(count, lambda n: f'extern int k{n}(int) __attribute__((section(".ksyms")));')
    + in_programs(count, lambda n: f"    r += k{n}(r);"),
    "variables": lambda count: lines(count, lambda n: f"int v{n} = {n + 1};") + in_programs(count, lambda n: f"    r += v{n};"),
    "members": lambda count: "struct s {\n" + lines(count, lambda n: f"    int m{n};") + "};\n"
    + "struct s *pointer;\nstruct s whole SEC(\".data.whole\");\n" + program("    r = whole.m1;\n"),
    "relocations": lambda count: "volatile long a, b;\n" + in_programs(count // 2, lambda n: f"    a = b + {n};"),
    "calls": lambda count: "NOINLINE long f(long x, long *c) { return c[x & 7]; }\n"
    + in_programs(count, lambda n: f"    r += f({n}, c);"),
    "maps": lambda count: lines(
        count, lambda n: f'struct {{ int (*type)[2]; int (*max_entries)[{n + 1}]; unsigned *key; long *value; }} m{n} SEC(".maps");'
    )
    + "static void *(*lookup)(void *map, const void *key) = (void *)1;\n" + program("    int k = 0; r = !lookup(&m0, &k);\n"),
    "sections": lambda count: lines(count, lambda n: f'int v{n} SEC(".data.{n}") = {n + 1};') + in_programs(count, lambda n: f"    r += v{n};"),
    "lines": lambda count: in_programs(count, lambda n: f"    r = r * {n % 7 + 3} + *(volatile long *)(c + {n % 64});"),
    "records": lambda count: "struct s { " + "".join(f"int m{n}; " for n in range(64)) + "} __attribute__((preserve_access_index));\n"
    + in_programs(count, lambda n: f"    r += ((volatile struct s *)c)->m{n % 64};"),
    "strings": lambda count: lines(count, lambda n: f'const char text{n}[] = "text number {n}";')
    + in_programs(count, lambda n: f"    r += ((volatile char *)text{n})[1];"),
}


def cpu(commands):
    total = 0.0
    for command in commands:
        with open(os.devnull, "wb") as null:
            process = subprocess.Popen(command, stdout=null, stderr=subprocess.PIPE)
            said = process.stderr.read()
            _, status, usage = os.wait4(process.pid, 0)
        if status:
            sys.exit(f"{command} failed: {said.decode()[:2000]}")
        total += usage.ru_utime + usage.ru_stime
    return total


def measure(kind, count, runs, folder):
    source, bitcode = folder / f"{kind}.c", str(folder / f"{kind}-{count}.bc")
    source.write_text(HEAD + KINDS[kind](count))
    subprocess.run([f"{LLVM}/bin/clang", *FLAGS, source, "-o", bitcode], check=True)
    linked = ["--llvm", f"{LLVM}/lib", "--btf", "--cpu", "v3", bitcode, "-o", str(folder / "ours.o")]
    linkers = [[[linker, *linked]] for linker in (OURS, BASE) if linker]
    optimized = str(folder / "optimized.bc")
    theirs = [
        [f"{LLVM}/bin/opt", "-O2", bitcode, "-o", optimized],
        [f"{LLVM}/bin/llc", "-march=bpf", "-mcpu=v3", "-filetype=obj", optimized, "-o", str(folder / "theirs.o")],
    ]
    taken = [[cpu(commands) for commands in (*linkers, theirs)] for _ in range(runs)]
    return [statistics.median(each) for each in zip(*taken)]


def cells(taken):
    return " | ".join(f"{seconds:.2f}" for seconds in taken)


def main(words):
    options = {"--runs": 3, "--small": 4000, "--large": 16000}
    while words and words[0] in options:
        options[words[0]] = int(words[1])
        words = words[2:]
    runs, small, large = options.values()
    who = ["ours", *(["base"] if BASE else []), "opt + llc"]
    heads = [f"{each}, {count}" for count in (small, large) for each in who]
    print(f"| kind | {' | '.join(heads)} | ours / theirs | growth / theirs |")
    print("|---" * (len(heads) + 3) + "|")
    for kind in words or KINDS:
        with tempfile.TemporaryDirectory() as folder:
            few = measure(kind, small, runs, pathlib.Path(folder))
            many = measure(kind, large, runs, pathlib.Path(folder))
        ratio, growth = many[0] / many[-1], (many[0] / few[0]) / (many[-1] / few[-1])
        print(f"| {kind} | {cells(few)} | {cells(many)} | {ratio:.2f} | {growth:.2f} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
