// A kernel refuses BTF with a kind it does not know, so each goes in the way that loaders know.
//
// args: --btf
// view: btf
// expect: ENUM64 'wide'
// view: btf
// expect: FLOAT 'float'
// view: btf
// expect: DECL_TAG 'tag'
// view: btf
// expect: TYPE_TAG 'user'
// args: --btf --btf-compat 5.15
// view: btf
// expect: FLOAT 'float'
// reject: {{ENUM64|DECL_TAG|TYPE_TAG}}
// args: --btf --btf-compat 5.4
// view: btf
// expect: FUNC 'helper' {{.*}}linkage=static
// reject: {{ENUM64|DECL_TAG|TYPE_TAG|FLOAT}}
// args: --btf --btf-compat 4.18
// view: btf
// expect: STRUCT 'everything'
// reject: {{ENUM64|DECL_TAG|TYPE_TAG|FLOAT|FUNC|VAR|DATASEC}}
// args: --btf --btf-compat soon
// error: usage

enum wide { LOW, HIGH = 0x100000000 };

struct everything {
  enum wide wide;
  float real;
  int __attribute__((btf_type_tag("user"))) *pointer;
};

__attribute__((noinline, btf_decl_tag("tag"))) static int helper(struct everything *it) {
  return it->wide == HIGH ? *it->pointer : 0;
}

__attribute__((section("xdp"))) int entry(struct everything *it) { return helper(it) + 1; }
