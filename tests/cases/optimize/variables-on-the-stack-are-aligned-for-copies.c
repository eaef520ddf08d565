// Sources take the address of a member of a packed variable for one of words. It is, where the variable is copied to or from:
// LLVM's usual expansion of copies aligns it, the one in order does not.
//
// compile: -mcpu=v3
// args: --export entry
// view: disasm entry
// expect: r2 += -0x28
// expect: *(u16 *)(r2 + 0x0) =
// reject: *(u8 *)

struct address { unsigned char bytes[14]; unsigned short words[10]; };
struct __attribute__((packed)) header { unsigned short kind; struct address address; };

static void (*use)(void *) = (void *)7;

__attribute__((section("tc"))) int entry(struct address *context)
{
  struct header header;
  unsigned long kind;
  __builtin_memcpy(&header, context, sizeof(header));
  asm volatile("%0 = *(u16 *)(%1 + 0)" : "=r"(kind) : "r"(&header) : "memory");
  use(&header);
  return kind;
}
