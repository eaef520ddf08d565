"""Writes the sources of the generated benchmarks.

usage: generate.py large FILE.c | generate.py synthetic FOLDER OFFERED USED | generate.py sources FOLDER COUNT
       generate.py agent VMLINUX.h FILE.c
"""

import pathlib
import re
import sys

LARGE_HEAD = """
#define SEC(name) __attribute__((section(name), used))
#define MAP(name) struct { int (*type)[2]; int (*max_entries)[1024]; unsigned *key; unsigned long *value; } name SEC(".maps")
static void *(*lookup)(void *map, const void *key) = (void *)1;
struct xdp { unsigned data, data_end, meta, index, queue; };
char LICENSE[] SEC("license") = "GPL";
"""

PROGRAM = """
SEC("xdp") int program{n}(struct xdp *ctx) {{
    unsigned char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    if (data + 34 > end) return 1;
    unsigned key = data[{byte}] * {n}u + data[30];
    unsigned long sum = 0;
    for (int i = 0; i < {turns}; i++) sum = sum * 31 + data[i];
    unsigned long *one = lookup(&map{one}, &key), *two = lookup(&map{two}, &key);
    if (one) *one += sum;
    if (two) *two ^= sum << {shift};
    return one && two && *one > *two ? 1 : 2;
}}
"""


def large(path):
    text = LARGE_HEAD + "".join(f"MAP(map{n});\n" for n in range(30))
    for n in range(50):
        text += PROGRAM.format(
            n=n, byte=12 + n % 20, turns=4 + n % 24, one=n % 30, two=(n * 7 + 1) % 30, shift=n % 13
        )
    pathlib.Path(path).write_text(text)


def types(count):
    """A header like `vmlinux.h`: structures that hold some others and point to many."""
    text = "#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)\n"
    for n in range(count):
        text += f"struct t{n};\nstruct t{n} {{\n    unsigned long id; int flags;\n"
        text += f"    struct t{n - 1 - n % 7} held;\n" if n % 5 == 4 and n > 8 else ""
        for k in range(6):
            text += f"    {'const ' if k == 3 else ''}struct t{(n * 13 + k * 101 + 1) % count} *p{k};\n"
        text += f"    int (*call)(struct t{(n * 7 + 3) % count} *, long);\n" if n % 100 == 7 else ""
        text += "};\n"
    return text + "#pragma clang attribute pop\n"


def source(number, count):
    """Two programs, a function for the next source, and one that the former source has."""
    last = (number + 1) % count
    text = '#include "types.h"\n#define SEC(name) __attribute__((section(name), used))\n'
    text += f"long shared{last}(struct t{last} *t);\n"
    text += f"__attribute__((noinline)) long shared{number}(struct t{number} *t) {{ return t->id * {number + 3}; }}\n"
    for half in (0, 1):
        of = (number * 31 + half * 17) % 1500
        text += f"""SEC("raw_tp") long program{number}_{half}(struct t{of} *t) {{
    long sum = 0;
    for (int i = 0; i < 8; i++) sum = sum * 31 + t->p{half}->id + t->p3->flags + i;
    return sum + shared{last}((void *)t) + shared{number}((void *)t);
}}
"""
    return text + ('char _license[] SEC("license") = "GPL";\n' if number == 0 else "")


def sources(folder, count):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "types.h").write_text(types(1500))
    for number in range(count):
        (folder / f"s{number}.c").write_text(source(number, count))


AGENT = """
SEC("raw_tp") long program{n}(struct {name} *t) {{
    long sum = {n};
    for (int i = 0; i < 12; i++) {{
{reads}        sum ^= sum << (i + {shift});
    }}
    return sum;
}}
"""


def agent(header, path):
    """Programs that read numbers from every structure of `vmlinux.h` that has some, and a `memset` that becomes a call."""
    text = f'#include "{pathlib.Path(header).resolve()}"\n' + LARGE_HEAD.split("struct xdp")[0]
    bodies = re.findall(r"^struct (\w+) \{\n(.*?)^\}", pathlib.Path(header).read_text(), re.M | re.S)
    numbers = re.compile(r"^\t(?:int|unsigned int|long unsigned int|u8|u16|u32|u64|__u32|__u64) (\w+);", re.M)
    found = [(name, numbers.findall(body)[:6]) for name, body in bodies]
    for n, (name, fields) in enumerate((name, fields) for name, fields in found if len(fields) > 1 and len(name) % 2 == 0):
        reads = "".join(f"        sum = sum * 31 + t->{field};\n" for field in fields)
        text += AGENT.format(n=n, name=name, reads=reads, shift=n % 11 + 1)
    text += "MAP(zeros);\n" + """SEC("raw_tp") long clear_zeros(unsigned *key) {
    void *value = lookup(&zeros, key);
    if (value) __builtin_memset(value, 0, 2000);
    return 0;
}
char LICENSE[] SEC("license") = "GPL";
"""
    pathlib.Path(path).write_text(text)


def member(number):
    """Ten functions that call each other as a tree, since kernels allow calls that are eight deep."""
    text = 'target triple = "bpfel"\n'
    for n in range(10):
        text += f"define i64 @f{number}_{n}(ptr %p, i64 %v) noinline {{\n"
        text += f"  %a = getelementptr i64, ptr %p, i64 {n}\n  %w = load volatile i64, ptr %a\n"
        text += f"  %x = mul i64 %w, {number * 10 + n + 3}\n  %r0 = add i64 %x, %v\n"
        calls = [called for called in (2 * n + 1, 2 * n + 2) if called < 10]
        for count, called in enumerate(calls, 1):
            text += f"  %r{count} = call i64 @f{number}_{called}(ptr %p, i64 %r{count - 1})\n"
        text += f"  ret i64 %r{len(calls)}\n}}\n"
    return text


def synthetic(folder, offered, used):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(offered):
        (folder / f"m{number}.ll").write_text(member(number))
    text = 'target triple = "bpfel"\n'
    text += "".join(f"declare i64 @f{n}_0(ptr, i64)\n" for n in range(used))
    text += 'define i64 @entry(ptr %p) section "xdp" {\n'
    last = "0"
    for n in range(used):
        text += f"  %r{n} = call i64 @f{n}_0(ptr %p, i64 {last})\n"
        last = f"%r{n}"
    text += f"  ret i64 {last}\n}}\n"
    (folder / f"main{used}.ll").write_text(text)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["large", path]:
            large(path)
        case ["agent", header, path]:
            agent(header, path)
        case ["synthetic", folder, offered, used]:
            synthetic(folder, int(offered), int(used))
        case ["sources", folder, count]:
            sources(folder, int(count))
        case _:
            sys.exit(__doc__)
