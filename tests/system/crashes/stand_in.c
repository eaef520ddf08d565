// A libLLVM that is the real one behind it, but for one input: where that begins with "; too deep", reading it recurses until
// the stack is used up. So no test needs an input on which a real LLVM crashes.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <string.h>

typedef int Parse(void *context, void *buffer, void **module, char **message);

// What a libLLVM is told by, before it is loaded.
void LLVMGetVersion(unsigned *major, unsigned *minor, unsigned *patch) {
  *major = 22;
  *minor = 1;
  *patch = 8;
}

void *LLVMContextCreate(void) {
  void *(*real)(void) = (void *(*)(void))dlsym(RTLD_NEXT, "LLVMContextCreate");
  return real();
}

void LLVMInitializeBPFTarget(void) {
  void (*real)(void) = (void (*)(void))dlsym(RTLD_NEXT, "LLVMInitializeBPFTarget");
  real();
}

static int deeper(volatile char *from) {
  volatile char frame[4096];
  frame[0] = *from;
  return deeper(frame) + frame[0];
}

int LLVMParseIRInContext(void *context, void *buffer, void **module, char **message) {
  const char *(*start)(void *) = (const char *(*)(void *))dlsym(RTLD_NEXT, "LLVMGetBufferStart");
  if (strncmp(start(buffer), "; too deep", 10) == 0) {
    char first = 0;
    return deeper(&first);
  }
  return ((Parse *)dlsym(RTLD_NEXT, "LLVMParseIRInContext"))(context, buffer, module, message);
}
