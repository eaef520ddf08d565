import ldc.attributes;

extern (C):

struct Packet
{
    uint length;
    uint kind;
}

pragma(inline, false) uint sum(const Packet* packet)
{
    return packet.length + packet.kind;
}

@section("socket") uint program(const Packet* packet)
{
    return sum(packet) & 7;
}

@section("license") __gshared immutable char[4] LICENSE = "GPL\0";
