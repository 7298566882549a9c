#include "base/printable.h"

#include <catch2/catch.hpp>

#include "base/text_width.h"

using berth::printable;

namespace {

std::size_t characters(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); ++count) text.remove_prefix(berth::first_code_point(text).bytes);
  return count;
}

}  // namespace

TEST_CASE("what could control a terminal is replaced, line ends and letters stay") {
  CHECK(printable("plain\nétoile 名前") == "plain\nétoile 名前");
  CHECK(printable("\x1b[31m") == "�[31m");
  CHECK(printable("a\rb\tc\x7f") == "a�b�c�");
  CHECK(printable("\xC2\x9B" "31m") == "�31m");  // the one-character form of ESC [
  CHECK(printable("\xE2\x80\xAE" "abc") == "�abc");
  CHECK(printable("\xFF\xC3") == "��");
  CHECK(printable(std::string_view("\0", 1)) == "�");
}

TEST_CASE("a long text is cut in the middle, at characters") {
  CHECK(printable(std::string(10, 'a'), 10) == std::string(10, 'a'));
  CHECK(printable(std::string(11, 'a'), 9) == "aaaaaa … aaa");
  std::string wide;
  for (int i = 0; i < 1000; ++i) wide += "名";
  const std::string cut = printable(wide, 30);
  CHECK(characters(cut) == 33);
  CHECK(cut.find("�") == std::string::npos);
}

TEST_CASE("nothing printable() gives is unprintable, whatever it is given") {
  std::uint32_t state = 1;
  for (int round = 0; round < 2000; ++round) {
    std::string bytes;
    for (int i = 0; i < 40; ++i) bytes += static_cast<char>((state = state * 1664525U + 1013904223U) >> 24U);
    const std::string shown = printable(bytes, 30);
    for (std::string_view rest = shown; !rest.empty();) {
      const berth::CodePoint next = berth::first_code_point(rest);
      REQUIRE((next.value == '\n' || !berth::is_unprintable(next.value)));
      REQUIRE((next.value != 0xFFFD || next.bytes == 3));
      rest.remove_prefix(next.bytes);
    }
  }
}
