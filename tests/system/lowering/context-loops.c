// The values of an index that a loop changes are found round by round, until none is new.
//
// after: switch i64
struct buff { unsigned len, kind, mark, queue, protocol, vlan[3], priority, ingress, ifindex, class, cb[5], hash; };
__attribute__((section("tc"))) int run(struct buff *c) {
    unsigned sum = 0;
    for (unsigned i = c->len & 3; i < 5; i++) sum += c->cb[i] * i;
    for (unsigned n = c->mark & 15; n > 1; n >>= 1) sum = sum * 3 + c->cb[n & 3];
    unsigned place = 0;
    for (int turn = 0; turn < 6; turn++) {
        place = place * 2 + 1;
        if (place > 4) place -= 5;
        c->cb[place] = turn + sum;
    }
    return sum;
}
