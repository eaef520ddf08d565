// As clang has it with `preserve_static_offset`, for structures that do not say so.
//
// compile: -O2
// args: --export prog -O2
// view: disasm prog
// count: 1 (r1 + 0x0)
// count: 1 (r1 + 0x4)
// expect: (r1 + 0x30)
// expect: (r1 + 0x44)
// reject: r1 += 

struct context {
    unsigned len, type, mark, queue, rest[8], cb[5], hash;
};

__attribute__((section("classifier"), used)) int prog(struct context *c)
{
    unsigned *chosen = c->mark == 2 ? &c->len : &c->type;
    unsigned sum = 0;
    for (int i = 0; i < 6; i++)
        sum += c->cb[i] >> i;
    return *chosen + sum;
}
