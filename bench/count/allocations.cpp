// SPDX-License-Identifier: MIT
// Loaded before a program (LD_PRELOAD), counts its heap allocations into the file that
// ALLOCATIONS_FILE names: calls, then bytes, as two 64-bit numbers that others may read at any
// time.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

struct Counts {
  std::atomic<std::uint64_t> calls;
  std::atomic<std::uint64_t> bytes;
};

Counts unread;  // where nobody asked for them
std::atomic<Counts*> counts{&unread};

[[gnu::constructor]] void open_file() {
  const char* name = std::getenv("ALLOCATIONS_FILE");
  const int file = name == nullptr ? -1 : ::open(name, O_RDWR | O_CLOEXEC);
  if (file < 0) return;
  void* memory = ::mmap(nullptr, sizeof(Counts), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  ::close(file);
  if (memory != MAP_FAILED) counts = static_cast<Counts*>(memory);
}

void note(std::size_t bytes) noexcept {
  Counts& all = *counts.load(std::memory_order_relaxed);
  all.calls.fetch_add(1, std::memory_order_relaxed);
  all.bytes.fetch_add(bytes, std::memory_order_relaxed);
}

}  // namespace

// glibc's own names for what is replaced here; no lookup, which would itself allocate.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t size) {
  note(size);
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  note(count * size);
  return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) {
  note(size);
  return __libc_realloc(memory, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  note(size);
  return __libc_memalign(alignment, size);
}
}
