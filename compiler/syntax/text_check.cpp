#include "compiler/syntax/text_check.h"

#include <fmt/format.h>

#include <string_view>

#include "compiler/syntax/parse.h"

namespace berth::syntax {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Length of the well-formed UTF-8 sequence at `at` (Unicode 15, table 3-7), or 0.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u; };
  const auto in = [](unsigned value, unsigned low, unsigned high) { return value >= low && value <= high; };
  const auto tail = [&](std::size_t i) { return in(byte(i), 0x80, 0xBF); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (in(first, 0xC2, 0xDF)) return tail(1) ? 2 : 0;
  if (in(first, 0xE0, 0xEF)) {
    const bool second = in(byte(1), first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF);
    return second && tail(2) ? 3 : 0;
  }
  if (in(first, 0xF0, 0xF4)) {
    const bool second = in(byte(1), first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF);
    return second && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

/// Offset of the first byte that is not part of a UTF-8 text without NUL, or npos.
std::size_t find_bad_byte(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence_length(text, at);
    if (length == 0 || text[at] == '\0') return at;
    at += length;
  }
  return std::string_view::npos;
}

}  // namespace

bool check_text(const EditedText& edited, Reporter& reporter) {
  const std::string_view text = edited.text();
  if (text.size() > kMaxFileBytes) {
    reporter.report("E0901", 0, 0, fmt::format("this file is larger than {} MiB", kMaxFileBytes >> 20), fmt::format("{} bytes", text.size()))
        .help("split it: all files of a directory are one stack");
    return false;
  }
  const std::size_t bad = find_bad_byte(text);
  if (bad == std::string_view::npos) return true;
  const auto place = static_cast<std::uint32_t>(bad);
  const auto value = static_cast<unsigned>(static_cast<unsigned char>(text[bad]));
  if (value == 0) {
    reporter.report("E0011", place, place + 1, "this file is not text: it has a NUL byte", fmt::format("byte {} of the file", bad));
  } else {
    reporter.report("E0011", place, place + 1, "this file is not UTF-8", fmt::format("byte 0x{:02X} at offset {}", value, bad))
        .help("save the file as UTF-8");
  }
  return false;
}

void normalise_ends(EditedText& edited) {
  const std::string& text = edited.text();
  std::uint32_t begin = 0;
  while (text.compare(begin, kByteOrderMark.size(), kByteOrderMark) == 0) begin += static_cast<std::uint32_t>(kByteOrderMark.size());
  std::vector<Edit> edits;
  if (begin > 0) edits.push_back({0, begin, ""});
  const auto size = static_cast<std::uint32_t>(text.size());
  if (size > begin && text.back() != '\n') edits.push_back({size, size, "\n"});
  edited.apply(std::move(edits));
}

}  // namespace berth::syntax
