// The kernel takes accesses of a context at constant offsets only.
//
// after: switch i64
struct buff { unsigned len, kind, mark, queue, protocol, vlan[3], priority, ingress, ifindex, class, cb[5], hash; };
__attribute__((section("tc"))) int run(struct buff *c) {
    unsigned a = *(c->mark & 2 ? &c->len : &c->hash);
    unsigned b = c->cb[c->kind & 3];
    if (c->queue & 1) c->cb[c->len & 3] = b + 1;
    unsigned sum = 0;
    for (int i = 0; i < 5; i++) if (c->protocol >> i & 1) sum += c->cb[i];
    return a ^ b ^ sum;
}
