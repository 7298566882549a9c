#include "engine/drivers/docker/tar.h"

#include <array>
#include <cstring>

#include <fmt/format.h>

#include "base/check.h"

namespace berth::engine::docker {
namespace {

constexpr std::size_t kBlock = 512;

/// Offsets of the ustar header (POSIX.1-1988).
struct Field {
  std::size_t offset;
  std::size_t size;
};
constexpr Field kName{0, 100}, kMode{100, 8}, kUid{108, 8}, kGid{116, 8}, kSize{124, 12}, kTime{136, 12}, kChecksum{148, 8},
    kType{156, 1}, kMagic{257, 8};

using Header = std::array<char, kBlock>;

void put(Header& header, Field field, std::string_view text) {
  BERTH_CHECK(text.size() <= field.size, "a tar field is too long");
  std::memcpy(header.data() + field.offset, text.data(), text.size());
}

void seal(Header& header) {
  put(header, kChecksum, "        ");
  unsigned sum = 0;
  for (unsigned char byte : header) sum += byte;
  put(header, kChecksum, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
}

}  // namespace

std::string tar_of_executable(std::string_view name, std::string_view content) {
  Header header{};
  put(header, kName, name);
  put(header, kMode, "0000755");
  put(header, kUid, "0000000");
  put(header, kGid, "0000000");
  put(header, kSize, fmt::format("{:011o}", content.size()));
  put(header, kTime, "00000000000");
  put(header, kType, "0");
  put(header, kMagic, std::string_view("ustar\00000", 8));
  seal(header);
  std::string archive(header.data(), header.size());
  archive += content;
  archive.append((kBlock - content.size() % kBlock) % kBlock, '\0');
  archive.append(2 * kBlock, '\0');
  return archive;
}

}  // namespace berth::engine::docker
