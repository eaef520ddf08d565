import ldc.attributes;

extern (C):

struct Packet
{
    uint length;
    uint kind;
}

pragma(inline, false) uint sum(uint first, uint second)
{
    return first + second;
}

@section("socket") uint program(const Packet* packet)
{
    return sum(packet.length, packet.kind) & 7;
}

@section("license") __gshared immutable char[4] LICENSE = "GPL\0";
