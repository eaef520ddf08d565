// No kernel takes an indirect call.
//
// after: switch i64
static int add(int a, int b) { return a + b; }
static int mul(int a, int b) { return a * b; }
static int low(int a, int b) { return a < b ? a : b; }
static int (*const TABLE[3])(int, int) = {add, mul, low};
static int (*chosen)(int, int) = add;
__attribute__((section("tc"))) int run(unsigned *context) {
    if (context[3] & 1) chosen = TABLE[context[4] % 3];
    return TABLE[context[0] % 3](context[1], context[2]) ^ chosen(context[2], context[5]);
}
