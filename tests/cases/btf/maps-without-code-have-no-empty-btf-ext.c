// libbpf refuses the BTF of the whole object when `.BTF.ext` holds nothing, and with it the maps.
//
// args: --btf
// view: sections
// expect: .BTF
// reject: .BTF.ext
// run: bpftool gen skeleton out.o > out.h
// view: text in out.h
// expect: struct bpf_map *table;

#define SEC(name) __attribute__((section(name), used))

struct {
  int (*type)[1];
  int (*max_entries)[64];
  unsigned *key;
  unsigned *value;
} table SEC(".maps");

char LICENSE[] SEC("license") = "GPL";
