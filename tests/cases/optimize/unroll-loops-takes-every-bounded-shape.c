// Loops of every bounded shape, as clang leaves them without optimisation, with a little and with more: counted, nested,
// left early, marked not to be unrolled, with an upper bound only, with a bound that an inner loop takes from an outer one,
// and stores that would become one large memset.
//
// run: for level in 0 1 2; do clang -O$level -g -target bpf -emit-llvm -c loops.c -o $level.bc; done
// link: 0.bc --unroll-loops --fatal-warnings
// view: disasm
// expect: <zero>:
// reject: goto -0x
// link: 1.bc --unroll-loops --fatal-warnings
// view: disasm
// expect: <zero>:
// reject: goto -0x
// link: 2.bc --unroll-loops --fatal-warnings
// view: disasm
// expect: <zero>:
// reject: goto -0x
// link: 1.bc --unroll-loops --fatal-warnings -Os --cpu v4
// view: disasm
// expect: <zero>:
// reject: goto -0x

//--- loops.c
typedef unsigned long u64; typedef unsigned u32; typedef unsigned char u8;
#define SEC(n) __attribute__((section(n), used))
struct ctx { volatile u64 in[64]; };
SEC("xdp/plain") int plain(struct ctx *c){ u64 s=0; for(int i=0;i<64;i++) s+=c->in[i]*31; return s; }
SEC("xdp/nounroll") int nounroll(struct ctx *c){ u64 s=0;
#pragma clang loop unroll(disable)
 for(int i=0;i<32;i++) s+=c->in[i]*31; return s; }
SEC("xdp/nested") int nested(struct ctx *c){ u64 s=0; for(int i=0;i<8;i++) for(int j=0;j<8;j++) s=s*3+c->in[i*8+j]; return s; }
SEC("xdp/triangle") int triangle(struct ctx *c){ u64 s=0; for(int i=0;i<8;i++) for(int j=i;j<8;j++) s=s*3+c->in[i*8+j]; return s; }
SEC("xdp/early") int early(struct ctx *c){ u64 s=0; for(int i=0;i<64;i++){ if(c->in[i]==7) break; s+=c->in[i]*31;} return s; }
SEC("xdp/earlyret") int earlyret(struct ctx *c){ for(int i=0;i<64;i++){ if(c->in[i]==7) return i; if (c->in[i+1]==3) continue; c->in[2]=i; } return -1; }
SEC("xdp/bounded") int bounded(struct ctx *c){ u64 s=0; u64 n=c->in[0]; for(u64 i=0;i<n && i<32;i++) s=s*7+c->in[i]; return s; }
SEC("xdp/masked") int masked(struct ctx *c){ u64 s=0; u64 n=c->in[0]&31; for(u64 i=0;i<n;i++) s=s*7+c->in[i]; return s; }
SEC("xdp/clamped") int clamped(struct ctx *c){ u64 s=0; u64 n=c->in[0]; if(n>40) n=40; for(u64 i=0;i<n;i++) s=s*7+c->in[i]; return s; }
SEC("xdp/while") int wh(struct ctx *c){ u64 s=0; int i=20; while(i--) { if (c->in[i]&1) s+=c->in[1]; else s^=c->in[2]; } return s; }
SEC("xdp/step") int step(struct ctx *c){ u64 s=0; for(u32 i=1;i<0x10000;i<<=1) s=s*7+c->in[0]*i; return s; }
SEC("xdp/shift") int shift(struct ctx *c){ u64 s=0; for(u32 x=(u32)c->in[0];x;x>>=1) s=s*7+(x&1)*c->in[1]; return s; }
SEC("xdp/down") int down(struct ctx *c){ u64 s=0; u8 n=c->in[0]; while(n--) s=s*7+c->in[n&63]; return s; }
__attribute__((always_inline)) static inline u64 sub(struct ctx *c,int n){ u64 s=0; for(int i=0;i<n;i++) s=s*5+c->in[i]; return s; }
SEC("xdp/viasub") int viasub(struct ctx *c){ return sub(c,5)+sub(c,9); }
SEC("xdp/deep") int deep(struct ctx *c){ u64 s=0; for(int i=0;i<4;i++) for(int j=0;j<4;j++) for(int k=0;k<4;k++){ if(c->in[k]==9) goto out; for(int l=0;l<=k;l++) s=s*3+c->in[l+i*8+j]; } out: return s; }
SEC("xdp/string") int string(struct ctx *c){ volatile u8 *p=(void*)c; int n=0; while(n<48 && p[n]) n++; return n; }
SEC("xdp/zero") int zero(struct ctx *c){ u64 a[32]; for(int i=0;i<32;i++) a[i]=0; a[c->in[0]&31]=1; u64 s=0; for(int i=0;i<32;i++) s=s*3+a[i]; return s; }
char _license[] SEC("license")="GPL";
