// LLVM knows the types of C: of others it makes nothing, or a random number as the type of an array's elements.
//
// run: clang -x c++ -std=c++20 -fno-rtti -fstandalone-debug -target bpf -O2 -g -emit-llvm -c types.cpp -o types.bc
// link: --btf types.bc
// view: btf
// expect: PTR '(anon)' type_id={{[0-9]+}}
// expect-next: [{{[0-9]+}}] STRUCT 'Derived' size=72
// expect-next: 'Base' type_id={{[0-9]+}} bits_offset=0
// expect-next: 'reference' type_id={{[0-9]+}} bits_offset=192
// expect-next: 'next'
// expect-next: 'inner'
// expect-next: 'number'
// expect-next: 'field'
// expect-next: 'nothing'
// view: btf
// expect: STRUCT 'Base' size=24 vlen=3
// expect-next: '_vptr_Base'
// expect-next: 'below'
// expect-next: 'letters'
// view: btf
// expect: INT 'char16_t' size=2
// view: btf
// expect: INT 'char8_t' size=1
// view: btf
// expect: ENUM 'Small' {{.*}}size=1 vlen=2
// link: types.bc
// view: sections
// reject: .BTF

int unused;
//--- types.cpp
using byte = unsigned char;
class Base {
public:
    virtual int go();
    int below;
    char16_t letters[3];
};
class Derived : public Base {
public:
    enum class Small : byte { One, Two };
    struct Inner { int value; };
    static int shared;
    int &reference;
    Derived *next;
    Inner inner;
    _Complex float number;
    int Derived::*field;
    decltype(nullptr) nothing;
    int get() const { return below + inner.value; }
};
char8_t text[4] __attribute__((section(".data.text"), used));
Derived::Small small __attribute__((section(".data.text"), used));
extern "C" __attribute__((section("xdp"), used)) int entry(Derived &context) { return context.get() + context.reference; }
