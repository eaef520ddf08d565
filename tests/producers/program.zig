const Packet = extern struct {
    length: u32,
    kind: u32,
};

export fn program(packet: *const Packet) linksection("socket") u32 {
    return (packet.length +% packet.kind) & 7;
}

export const LICENSE: [4]u8 linksection("license") = "GPL\x00".*;
