#!/usr/bin/env python3
"""Compares src/bpf/kernel, the table of what each release introduced, with the BTF of kernel images.

usage: ci/kernel-table.py [IMAGE...]

An image is a vmlinuz, or a file of raw BTF such as /sys/kernel/btf/vmlinux, in a folder with a file `release`; without
arguments, all that ci/kernels.sh has fetched. Fails with every row that an image contradicts, and lists how closely the
images bracket each release of kernel functions.
"""

import lzma
import os
import pathlib
import re
import struct
import subprocess
import sys
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE = ROOT / "src/bpf/kernel"
# Name, the enumeration in BTF, the prefix of its enumerators, the file and the constant of the table.
LISTS = [
    ("helper", "bpf_func_id", "BPF_FUNC_", "helper_functions.rs", "HELPERS"),
    ("map type", "bpf_map_type", "BPF_MAP_TYPE_", "maps.rs", "MAP_TYPES"),
]
# From the first release on whose BTF marks the functions that programs may call.
MARKED = (6, 10)
# The enumerators behind the last entries.
END = {"bpf_func_id": "__BPF_FUNC_MAX_ID", "bpf_map_type": "__MAX_BPF_MAP_TYPE"}
# Beginnings of the names of functions whose presence depends on settings of the kernel.
OPTIONAL = ("bbr_", "bpf_ct_", "bpf_iter_scx_", "bpf_kfree_skb", "bpf_qdisc_", "bpf_skb_", "bpf_xdp_ct_", "bpf_xdp_flow_lookup",
            "dctcp_", "hid_bpf_", "scx_")
# Names that meant another function, with other arguments, in a release before that of the table.
CHANGED = {"bpf_stream_vprintk"}
# Functions that were in the kernel before programs might call them, and those that its own tests call.
INTERNAL = re.compile(r"tcp_|cubictcp_|dctcp_|cgroup_rstat_|.*test|bpf_kfunc_call_|__|crash_|.*___|bpf_dynptr_is_rdonly")
# The types of the kernel for the programs and attachments that sections name: a part of each row of programs.rs.
PROGRAMS = {
    "socket": "BPF_PROG_TYPE_SOCKET_FILTER", "kprobe": "BPF_PROG_TYPE_KPROBE", "tc": "BPF_PROG_TYPE_SCHED_CLS",
    "action": "BPF_PROG_TYPE_SCHED_ACT", "tp": "BPF_PROG_TYPE_TRACEPOINT", "xdp": "BPF_PROG_TYPE_XDP",
    "perf_event": "BPF_PROG_TYPE_PERF_EVENT", "cgroup/skb": "BPF_PROG_TYPE_CGROUP_SKB",
    "cgroup/sock": "BPF_PROG_TYPE_CGROUP_SOCK", "lwt_in": "BPF_PROG_TYPE_LWT_IN", "lwt_out": "BPF_PROG_TYPE_LWT_OUT",
    "lwt_xmit": "BPF_PROG_TYPE_LWT_XMIT", "sockops": "BPF_PROG_TYPE_SOCK_OPS", "sk_skb": "BPF_PROG_TYPE_SK_SKB",
    "cgroup/dev": "BPF_PROG_TYPE_CGROUP_DEVICE", "sk_msg": "BPF_PROG_TYPE_SK_MSG",
    "raw_tp": "BPF_PROG_TYPE_RAW_TRACEPOINT", "cgroup/bind4": "BPF_CGROUP_INET4_BIND",
    "cgroup/bind6": "BPF_CGROUP_INET6_BIND", "cgroup/connect4": "BPF_CGROUP_INET4_CONNECT",
    "cgroup/connect6": "BPF_CGROUP_INET6_CONNECT", "cgroup/post_bind4": "BPF_CGROUP_INET4_POST_BIND",
    "cgroup/post_bind6": "BPF_CGROUP_INET6_POST_BIND", "cgroup/sendmsg4": "BPF_CGROUP_UDP4_SENDMSG",
    "cgroup/sendmsg6": "BPF_CGROUP_UDP6_SENDMSG", "lwt_seg6local": "BPF_PROG_TYPE_LWT_SEG6LOCAL",
    "lirc_mode2": "BPF_PROG_TYPE_LIRC_MODE2", "sk_reuseport": "BPF_PROG_TYPE_SK_REUSEPORT",
    "flow_dissector": "BPF_PROG_TYPE_FLOW_DISSECTOR", "cgroup/sysctl": "BPF_PROG_TYPE_CGROUP_SYSCTL",
    "cgroup/recvmsg4": "BPF_CGROUP_UDP4_RECVMSG", "cgroup/recvmsg6": "BPF_CGROUP_UDP6_RECVMSG",
    "raw_tp.w": "BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE", "cgroup/getsockopt": "BPF_CGROUP_GETSOCKOPT",
    "cgroup/setsockopt": "BPF_CGROUP_SETSOCKOPT", "tp_btf": "BPF_TRACE_RAW_TP", "fentry": "BPF_TRACE_FENTRY",
    "fexit": "BPF_TRACE_FEXIT", "freplace": "BPF_PROG_TYPE_EXT", "struct_ops": "BPF_PROG_TYPE_STRUCT_OPS",
    "fmod_ret": "BPF_MODIFY_RETURN", "lsm": "BPF_PROG_TYPE_LSM", "iter": "BPF_TRACE_ITER",
    "xdp/devmap": "BPF_XDP_DEVMAP", "xdp/cpumap": "BPF_XDP_CPUMAP", "cgroup/getpeername4": "BPF_CGROUP_INET4_GETPEERNAME",
    "cgroup/getpeername6": "BPF_CGROUP_INET6_GETPEERNAME", "cgroup/getsockname4": "BPF_CGROUP_INET4_GETSOCKNAME",
    "cgroup/getsockname6": "BPF_CGROUP_INET6_GETSOCKNAME", "sk_lookup": "BPF_PROG_TYPE_SK_LOOKUP",
    "cgroup/sock_release": "BPF_CGROUP_INET_SOCK_RELEASE", "syscall": "BPF_PROG_TYPE_SYSCALL",
    "sk_reuseport/migrate": "BPF_SK_REUSEPORT_SELECT_OR_MIGRATE", "kprobe.multi": "BPF_TRACE_KPROBE_MULTI",
    "lsm_cgroup": "BPF_LSM_CGROUP", "netfilter": "BPF_PROG_TYPE_NETFILTER", "tcx/ingress": "BPF_TCX_INGRESS",
    "tcx/egress": "BPF_TCX_EGRESS", "uprobe.multi": "BPF_TRACE_UPROBE_MULTI", "netkit/primary": "BPF_NETKIT_PRIMARY",
    "netkit/peer": "BPF_NETKIT_PEER", "cgroup/connect_unix": "BPF_CGROUP_UNIX_CONNECT",
    "cgroup/sendmsg_unix": "BPF_CGROUP_UNIX_SENDMSG", "cgroup/recvmsg_unix": "BPF_CGROUP_UNIX_RECVMSG",
    "cgroup/getpeername_unix": "BPF_CGROUP_UNIX_GETPEERNAME", "cgroup/getsockname_unix": "BPF_CGROUP_UNIX_GETSOCKNAME",
    "kprobe.session": "BPF_TRACE_KPROBE_SESSION", "uprobe.session": "BPF_TRACE_UPROBE_SESSION",
    "fsession": "BPF_TRACE_FSESSION",
}


def unpack(data):
    """Returns the vmlinux in a compressed image: the kernel's own scripts/extract-vmlinux looks for the same numbers."""
    def by_tool(tool):
        return lambda part: subprocess.run([tool, "-dc"], input=part, capture_output=True).stdout

    def xz(part):
        return lzma.LZMADecompressor().decompress(part)

    def gz(part):
        return zlib.decompressobj(31).decompress(part)

    methods = [(b"\x28\xb5\x2f\xfd", by_tool("zstd")), (b"\xfd7zXZ\0", xz), (b"\x1f\x8b\x08", gz),
               (b"\x02!L\x18", by_tool("lz4"))]
    for magic, method in methods:
        at = data.find(magic)
        while at >= 0:
            try:
                found = method(data[at:])
            except (OSError, lzma.LZMAError, zlib.error):
                found = b""
            if found[:4] == b"\x7fELF":
                return found
            at = data.find(magic, at + 1)
    raise SystemExit("an image is compressed in a way that this script does not know")


def btf_of(path):
    data = path.read_bytes()
    if data[:2] == b"\x9f\xeb":
        return data
    elf = data if data[:4] == b"\x7fELF" else unpack(data)
    (table,) = struct.unpack_from("<Q", elf, 40)
    size, count, names = struct.unpack_from("<HHH", elf, 58)
    headers = [struct.unpack_from("<IIQQQQ", elf, table + index * size) for index in range(count)]
    start = headers[names][4]
    for name, _, _, _, offset, length in headers:
        if elf[start + name:elf.index(b"\0", start + name)] == b".BTF":
            return elf[offset:offset + length]
    return None


class Facts:
    """What a kernel's BTF lists: enumerators by enumeration, functions, those marked as callable, structures."""

    def __init__(self, btf):
        _, _, _, header, types, types_len, strings, strings_len = struct.unpack_from("<HBBIIIII", btf)
        types, strings = header + types, header + strings
        name_at = lambda at: btf[strings + at:btf.index(b"\0", strings + at)].decode()
        self.enums, self.functions, self.structs, self.marked = {}, set(), set(), set()
        wanted = {"bpf_func_id", "bpf_map_type", "bpf_prog_type", "bpf_attach_type"}
        extra = {1: 4, 3: 12, 14: 4, 17: 4}
        each = {4: 12, 5: 12, 6: 8, 13: 8, 15: 12, 19: 12}
        at, number, names, marks = types, 0, {}, []
        while at < types + types_len:
            number += 1
            name, info, size = struct.unpack_from("<III", btf, at)
            kind, count = info >> 24 & 0x1f, info & 0xffff
            at += 12
            if kind == 12:
                names[number] = name_at(name)
            elif kind == 4:
                self.structs.add(name_at(name))
            elif kind == 17 and name_at(name) == "bpf_kfunc":
                marks.append(size)
            elif kind == 6 and name_at(name) in wanted:
                members = [struct.unpack_from("<Ii", btf, at + index * 8) for index in range(count)]
                self.enums[name_at(name)] = {name_at(member): value for member, value in members}
            at += extra.get(kind, 0) + each.get(kind, 0) * count
        self.functions = set(names.values())
        self.marked = {names[of] for of in marks if of in names}


def rows(file, constant):
    """Returns the entries of a list, in order: the name, and the release that introduced it."""
    text = re.sub(r"\\\n\s*", "", (TABLE / file).read_text())
    text = text[text.index(f" {constant}: &["):]
    text = text[:text.index("\n];")]
    found = re.findall(r'Kernel\((\d+), (\d+)\),\s*"([^"]*)"', text)
    return [(name, (int(major), int(minor))) for major, minor, names in found for name in names.split()]


def programs():
    text = (TABLE / "programs.rs").read_text()
    text = text[text.index("program_types! {"):]
    since = {}
    for major, minor, sections in re.findall(r"(\d+), (\d+): ((?:\"[^\"]+\"\s*)+);", text):
        since.update({section: (int(major), int(minor)) for section in re.findall(r'"([^"]+)"', sections)})
    return since


def check(release, version, facts, say):
    for what, enum, prefix, file, constant in LISTS:
        known = facts.enums.get(enum, {})
        table = rows(file, constant)
        for number, (name, since) in enumerate(table, 1):
            found = known.get(prefix + name, known.get(prefix + name.upper()))
            expected = number if since <= version else None
            if found != expected:
                say(f"{what} {name}, since {since}: the image has number {found}, not {expected}")
        last = known.get(END.get(enum), 1 << 30)
        numbers = {number for number in known.values() if 0 < number < last}
        more = len(numbers) - len(table)
        if more > 0:
            say(f"{more} entries of {enum} more than the table has: " +
                " ".join(name for name, number in known.items() if len(table) < number < last))
    attachments = {**facts.enums.get("bpf_prog_type", {}), **facts.enums.get("bpf_attach_type", {})}
    for section, since in programs().items():
        enumerator = PROGRAMS.get(section)
        if enumerator and (enumerator in attachments) != (since <= version):
            say(f"section {section}, since {since}: the image {'has' if enumerator in attachments else 'lacks'} {enumerator}")
    for name, since in rows("functions.rs", "FUNCTIONS"):
        is_there = name in (facts.marked if version >= MARKED else facts.functions)
        if is_there and since > version and name not in CHANGED and (version >= MARKED or not INTERNAL.match(name)):
            say(f"kernel function {name}, since {since}: the image has it")
        if since <= version and name not in facts.functions and name not in gone(version) and not optional(name):
            say(f"kernel function {name}, since {since}: the image lacks it")
    if version >= MARKED:
        table = {name for name, _ in rows("functions.rs", "FUNCTIONS")}
        for name in sorted(facts.marked - table):
            if not INTERNAL.match(name):
                say(f"kernel function {name} is not in the table")


def gone(version):
    """Returns the functions that a release up to `version` removed."""
    return {name for name, release in rows("functions.rs", "REMOVED") if release <= version}


def optional(name):
    """Returns true if settings of the kernel decide whether it is there; the images of the lab are for virtual machines."""
    return name.startswith(OPTIONAL)


def images():
    lab = pathlib.Path(os.environ.get("BPF_LINKER_LAB", pathlib.Path.home() / ".cache/bpf-linker-lab"))
    return sorted(path for folder in ("linux", "linux-later") for path in (lab / folder).glob("*/vmlinuz"))


def main():
    paths = [pathlib.Path(path) for path in sys.argv[1:]] or images()
    if not paths:
        raise SystemExit("no images: run ci/kernels.sh and ci/kernels.sh later")
    faults = 0
    for path in paths:
        release = (path.parent / "release").read_text().strip()
        version = tuple(int(part) for part in re.match(r"(\d+)\.(\d+)", release).groups())
        btf = btf_of(path)
        if btf is None:
            print(f"{release}: no BTF")
            continue
        said = []
        check(release, version, Facts(btf), said.append)
        faults += len(said)
        print(f"{release}: {len(said)} contradictions")
        for line in said:
            print(f"  {line}")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
