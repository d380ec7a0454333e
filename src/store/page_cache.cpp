#include "store/page_cache.h"

#include <algorithm>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/bytes.h"

namespace sluice::store {

double cached_part(const FileDescriptor& file, std::uint64_t begin, std::uint64_t end) {
  static const auto page_size = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  const std::uint64_t first = begin - begin % page_size;
  if (end <= first) return 1;
  const std::size_t size = end - first;
  void* const mapped = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.get(), static_cast<off_t>(first));
  if (mapped == MAP_FAILED) return 1;
  Bytes pages((size + page_size - 1) / page_size);
  const bool told = ::mincore(mapped, size, pages.data()) == 0;
  ::munmap(mapped, size);
  if (!told) return 1;
  const auto cached = std::ranges::count_if(pages, [](std::uint8_t state) { return (state & 1U) != 0; });
  return static_cast<double>(cached) / static_cast<double>(pages.size());
}

void fetch_to_cache(const FileDescriptor& file, std::uint64_t begin, std::uint64_t end) {
  (void)::posix_fadvise(file.get(), static_cast<off_t>(begin), static_cast<off_t>(end - begin), POSIX_FADV_WILLNEED);
}

void drop_from_cache(const FileDescriptor& file, std::uint64_t begin, std::uint64_t end) {
  if (begin == end) return;  // a length of 0 would be the whole rest of the file
  (void)::posix_fadvise(file.get(), static_cast<off_t>(begin), static_cast<off_t>(end - begin), POSIX_FADV_DONTNEED);
}

}  // namespace sluice::store
