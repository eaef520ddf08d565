// aya reads maps of either form, libbpf since 1.0 only those in `.maps`: so that is what they become.
//
// args: --btf
// view: sections
// expect: .maps PROGBITS
// reject: {{ maps PROGBITS}}
// view: btf
// expect: VAR 'counters' {{.*}}linkage=global
// view: btf
// expect: DATASEC '.maps' size={{[1-9]}}
// expect-next: {{size=[1-9].*}}(VAR '{{counters|hidden}}')
// expect-next: {{size=[1-9].*}}(VAR '{{counters|hidden}}')
// args: --export entry --btf --keep-dwarf
// run: llvm-dwarfdump --verify {out}
// view: stdout
// expect: No errors.
// view: sections
// expect: .maps PROGBITS
// reject: {{ maps PROGBITS}}
// args: --btf --keep-legacy-maps
// view: sections
// expect: {{ maps PROGBITS}}
// reject: .maps
// args: --strip-debug
// view: sections
// expect: {{ maps PROGBITS}}
// reject: .maps

struct bpf_map_def {
  unsigned type, key_size, value_size, max_entries, map_flags;
};

__attribute__((section("maps"), used)) struct bpf_map_def counters = {2, 4, 8, 16, 0};

static void *(*lookup)(void *map, const void *key) = (void *)1;

// DWARF refers to this one by its section.
static struct bpf_map_def hidden __attribute__((section("maps"))) = {1, 4, 4, 16, 0};

__attribute__((section("xdp"))) int entry(int *context) {
  int key = 1;
  int *value = lookup(&counters, &key), *other = lookup(&hidden, &key);
  return value && other ? *value + *other : 2;
}
