// Preloaded into the linker: a server that runs it for each request, in a process whose emulator knows its code already.
//
// In an emulator most of a link is to load libLLVM and to translate code, again in each process. So one process loads
// WARM_LLVM, makes some links by itself, and forks for each later one. A fork keeps what was translated, but it also has to
// begin where any process begins: so what the program's memory was before is put back after each of the first links.
//
// A request on the socket WARM_SOCKET (ci/same-bytes.py) is a byte, `w` for a link of the server itself, with the three
// standard files; then, each ended by a zero: the folder, the number of arguments, the arguments and the environment. The
// answer is what waitpid says.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

typedef int Main(int, char **, char **);
typedef int Start(Main *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *);

static Main *link_main;

static _Noreturn void fail(const char *what) {
  fprintf(stderr, "warm-links: %s\n", what);
  exit(1);
}

// Memory that the program may write, and what it held. Both are outside of that memory.
struct area {
  char *start, *end, *copy;
};
struct memory {
  struct area areas[4096];
  int count;
  struct rlimit limits[RLIM_NLIMITS];
  char *heap_end;
};

static void *map(size_t length) {
  void *new = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (new == MAP_FAILED)
    fail("no memory");
  return new;
}

// Saves all memory but the stack, on which nothing below the caller's frame is used any more.
static struct memory *save(void) {
  static char list[1 << 18];
  struct memory *memory = map(sizeof *memory);
  int file = open("/proc/self/maps", O_RDONLY);
  size_t length = 0;
  for (ssize_t count; (count = read(file, list + length, sizeof list - 1 - length)) > 0;)
    length += count;
  close(file);
  list[length] = 0;
  for (char *line = list, *next; *line; line = next) {
    char *start = (char *)strtoul(line, &next, 16), *end = (char *)strtoul(next + 1, &next, 16);
    int is_data = !strncmp(next, " rw-p", 5);
    next = strchr(next, '\n') + 1;
    int is_stack = start <= (char *)&memory && (char *)&memory < end;
    if (!is_data || is_stack)
      continue;
    // What borders on `memory` is in one line with it.
    char *own = (char *)memory, *own_end = own + sizeof *memory;
    int has_own = start <= own && own < end;
    if (has_own && start < own)
      memory->areas[memory->count++] = (struct area){start, own, NULL};
    if (has_own)
      start = own_end;
    if (start < end)
      memory->areas[memory->count++] = (struct area){start, end, NULL};
  }
  for (int at = 0; at < RLIM_NLIMITS; at++)
    getrlimit(at, &memory->limits[at]);
  memory->heap_end = sbrk(0);
  for (struct area *area = memory->areas; area < memory->areas + memory->count; area++) {
    area->copy = map(area->end - area->start);
    memcpy(area->copy, area->start, area->end - area->start);
  }
  return memory;
}

// Puts back what `save` saw. What was mapped since then stays mapped, and unknown to the program.
static void restore(const struct memory *memory) {
  brk(memory->heap_end);
  for (const struct area *area = memory->areas; area < memory->areas + memory->count; area++) {
    size_t length = area->end - area->start;
    mmap(area->start, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    memcpy(area->start, area->copy, length);
  }
  for (int at = 0; at < RLIM_NLIMITS; at++)
    setrlimit(at, &memory->limits[at]);
  for (int number = 1; number < 32; number++)
    signal(number, SIG_DFL);
  sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL);
}

static void read_all(int from, void *to, size_t length) {
  for (size_t done = 0; done < length;) {
    ssize_t count = read(from, (char *)to + done, length - done);
    if (count <= 0)
      fail("a request ends early");
    done += count;
  }
}

// Takes over the files of a request, and returns its first byte.
static char take_files(int connection) {
  char byte, control[CMSG_SPACE(3 * sizeof(int))];
  struct iovec data = {&byte, 1};
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  if (recvmsg(connection, &message, 0) != 1)
    fail("an empty request");
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (!header)
    fail("a request without files");
  int files[3];
  memcpy(files, CMSG_DATA(header), sizeof files);
  for (int at = 0; at < 3; at++) {
    dup2(files[at], at);
    close(files[at]);
  }
  return byte;
}

// Runs the linker as the request says, and returns its exit code.
static int run(int connection) {
  static char *list[1 << 16];
  uint32_t length;
  read_all(connection, &length, sizeof length);
  length = ntohl(length);
  char *words = map(length), *end = words + length;
  read_all(connection, words, length);
  char *count = words + strlen(words) + 1, **next = list;
  int arguments = atoi(count);
  for (char *word = count + strlen(count) + 1; word < end; word += strlen(word) + 1) {
    *next++ = word;
    if (next == list + arguments)
      next++;
  }
  if (chdir(words))
    fail(words);
  environ = list + arguments + 1;
  return link_main(arguments, list, environ);
}

static void answer(int connection, int status) {
  uint32_t said = htonl(WIFSIGNALED(status) ? 0x100 | WTERMSIG(status) : WEXITSTATUS(status));
  if (write(connection, &said, sizeof said) != sizeof said)
    fail("nobody waits for the answer");
  close(connection);
}

// Has a child make the link, and another one wait for it.
static void link_in_child(int connection) {
  if (fork()) {
    close(connection);
    return;
  }
  int status;
  pid_t child = fork();
  if (!child)
    exit(run(connection));
  waitpid(child, &status, 0);
  answer(connection, status);
  _exit(0);
}

static int serve(int count, char **arguments, char **environment) {
  if (!dlopen(getenv("WARM_LLVM"), RTLD_NOW | RTLD_LOCAL))
    fail(dlerror());
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strncpy(address.sun_path, getenv("WARM_SOCKET"), sizeof address.sun_path - 1);
  int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(server, (struct sockaddr *)&address, sizeof address) || listen(server, 16))
    fail(address.sun_path);
  struct memory *memory = save();
  for (;;) {
    while (waitpid(-1, NULL, WNOHANG) > 0)
      ;
    int connection = accept4(server, NULL, NULL, SOCK_CLOEXEC);
    if (take_files(connection) != 'w') {
      link_in_child(connection);
      continue;
    }
    int code = run(connection);
    restore(memory);
    answer(connection, (code & 0xff) << 8);
  }
}

int __libc_start_main(Main *main, int count, char **arguments, void (*init)(void), void (*fini)(void),
                      void (*loader_fini)(void), void *stack_end) {
  Start *start = (Start *)dlsym(RTLD_NEXT, "__libc_start_main");
  link_main = main;
  return start(serve, count, arguments, init, fini, loader_fini, stack_end);
}
