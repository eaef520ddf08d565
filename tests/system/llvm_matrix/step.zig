export fn step_NAME(queue: u32) u32 {
    return if (queue == 0) NUMBER else 1;
}

export fn entry_NAME(ctx: [*]const u32) linksection("xdp") u32 {
    return step_NAME(ctx[4]);
}

pub const panic = struct {
    pub fn call(_: []const u8, _: ?usize) noreturn {
        while (true) {}
    }
};
