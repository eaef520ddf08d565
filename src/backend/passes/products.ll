; Products by halves. A product of two halves and a sum with one more half never overflow 64 bits.

define hidden i128 @bpf_linker.product(i64 %a, i64 %b) alwaysinline nounwind {
  %a.low = and i64 %a, 4294967295
  %a.high = lshr i64 %a, 32
  %b.low = and i64 %b, 4294967295
  %b.high = lshr i64 %b, 32
  %low.low = mul i64 %a.low, %b.low
  %low.high = mul i64 %a.low, %b.high
  %high.low = mul i64 %a.high, %b.low
  %high.high = mul i64 %a.high, %b.high
  %carry = lshr i64 %low.low, 32
  %middle = add i64 %high.low, %carry
  %middle.low = and i64 %middle, 4294967295
  %middle.high = lshr i64 %middle, 32
  %cross = add i64 %low.high, %middle.low
  %cross.high = lshr i64 %cross, 32
  %upper = add i64 %high.high, %middle.high
  %high = add i64 %upper, %cross.high
  %low = mul i64 %a, %b
  %high.wide = zext i64 %high to i128
  %low.wide = zext i64 %low to i128
  %shifted = shl i128 %high.wide, 64
  %product = or i128 %shifted, %low.wide
  ret i128 %product
}

define hidden i128 @bpf_linker.product.i128(i128 %a, i128 %b) alwaysinline nounwind {
  %a.low = trunc i128 %a to i64
  %b.low = trunc i128 %b to i64
  %a.up = lshr i128 %a, 64
  %b.up = lshr i128 %b, 64
  %a.high = trunc i128 %a.up to i64
  %b.high = trunc i128 %b.up to i64
  %low = call i128 @bpf_linker.product(i64 %a.low, i64 %b.low)
  %one = mul i64 %a.high, %b.low
  %other = mul i64 %a.low, %b.high
  %cross = add i64 %one, %other
  %cross.wide = zext i64 %cross to i128
  %shifted = shl i128 %cross.wide, 64
  %product = add i128 %low, %shifted
  ret i128 %product
}

define hidden { i64, i1 } @bpf_linker.umul.i64(i64 %a, i64 %b) alwaysinline nounwind {
  %product = call i128 @bpf_linker.product(i64 %a, i64 %b)
  %low = trunc i128 %product to i64
  %up = lshr i128 %product, 64
  %high = trunc i128 %up to i64
  %overflows = icmp ne i64 %high, 0
  %first = insertvalue { i64, i1 } poison, i64 %low, 0
  %both = insertvalue { i64, i1 } %first, i1 %overflows, 1
  ret { i64, i1 } %both
}

; The upper half of a signed product is that of an unsigned one, less each factor whose other one is negative.
define hidden { i64, i1 } @bpf_linker.smul.i64(i64 %a, i64 %b) alwaysinline nounwind {
  %product = call i128 @bpf_linker.product(i64 %a, i64 %b)
  %low = trunc i128 %product to i64
  %up = lshr i128 %product, 64
  %high = trunc i128 %up to i64
  %a.sign = ashr i64 %a, 63
  %b.sign = ashr i64 %b, 63
  %for.a = and i64 %a.sign, %b
  %for.b = and i64 %b.sign, %a
  %less = sub i64 %high, %for.a
  %signed = sub i64 %less, %for.b
  %sign = ashr i64 %low, 63
  %overflows = icmp ne i64 %signed, %sign
  %first = insertvalue { i64, i1 } poison, i64 %low, 0
  %both = insertvalue { i64, i1 } %first, i1 %overflows, 1
  ret { i64, i1 } %both
}

define hidden { i128, i1 } @bpf_linker.umul.i128(i128 %a, i128 %b) alwaysinline nounwind {
  %a.low = trunc i128 %a to i64
  %b.low = trunc i128 %b to i64
  %a.up = lshr i128 %a, 64
  %b.up = lshr i128 %b, 64
  %a.high = trunc i128 %a.up to i64
  %b.high = trunc i128 %b.up to i64
  %low = call i128 @bpf_linker.product(i64 %a.low, i64 %b.low)
  %one = call i128 @bpf_linker.product(i64 %a.high, i64 %b.low)
  %other = call i128 @bpf_linker.product(i64 %a.low, i64 %b.high)
  %one.up = lshr i128 %one, 64
  %other.up = lshr i128 %other, 64
  %one.high = trunc i128 %one.up to i64
  %other.high = trunc i128 %other.up to i64
  %one.low = trunc i128 %one to i64
  %other.low = trunc i128 %other to i64
  %cross = add i64 %one.low, %other.low
  %low.up = lshr i128 %low, 64
  %low.high = trunc i128 %low.up to i64
  %high = add i64 %low.high, %cross
  %carries = icmp ult i64 %high, %low.high
  %a.is = icmp ne i64 %a.high, 0
  %b.is = icmp ne i64 %b.high, 0
  %both.are = and i1 %a.is, %b.is
  %beyond = or i64 %one.high, %other.high
  %is.beyond = icmp ne i64 %beyond, 0
  %either = or i1 %carries, %both.are
  %overflows = or i1 %either, %is.beyond
  %cross.wide = zext i64 %cross to i128
  %shifted = shl i128 %cross.wide, 64
  %product = add i128 %low, %shifted
  %first = insertvalue { i128, i1 } poison, i128 %product, 0
  %both = insertvalue { i128, i1 } %first, i1 %overflows, 1
  ret { i128, i1 } %both
}
