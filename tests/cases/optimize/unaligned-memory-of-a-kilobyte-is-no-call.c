// LLVM's own limit is a number of words, which it takes apart afterwards where memory is not aligned: 1024 bytes. In order, it
// copies 128 units of the alignment only.
//
// compile: -mcpu=v3
// args: --export fill --export copy --export fill_more
// view: disasm fill
// count: 1000 *(u8 *)(r1 
// reject: call
// view: disasm copy
// count: 300 = *(u8 *)(r
// expect: = *(u8 *)(r1 + 0x12d)
// expect-next: *(u8 *)(r1 + 0x0) =
// expect-next: = *(u8 *)(r1 + 0x12e)
// reject: call
// view: disasm fill_more
// expect: call

struct __attribute__((packed)) bytes { char some[300], all[1000], more[1025]; };

__attribute__((section("socket"))) int fill(struct bytes *context)
{
  __builtin_memset(context->all, 0, sizeof(context->all));
  return 0;
}

__attribute__((section("socket"))) int copy(struct bytes *context)
{
  __builtin_memcpy(context->some, context->all + 1, sizeof(context->some));
  return 0;
}

__attribute__((section("socket"))) int fill_more(struct bytes *context)
{
  __builtin_memset(context->more, 0, sizeof(context->more));
  return 0;
}
