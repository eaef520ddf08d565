unsigned step_NAME(unsigned queue) { return queue == 0 ? NUMBER : 1; }

__attribute__((section("xdp"))) unsigned entry_NAME(unsigned *ctx) { return step_NAME(ctx[4]); }
