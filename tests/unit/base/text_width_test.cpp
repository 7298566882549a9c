#include "base/text_width.h"

#include <catch2/catch.hpp>

using namespace berth;

TEST_CASE("the width is that of a terminal") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("é") == 1);
  CHECK(display_width("e\xCC\x81") == 1);
  CHECK(display_width("名前") == 4);
  CHECK(display_width("🚢") == 2);
  CHECK(display_width("│→•…") == 4);
  CHECK(display_width("한글") == 4);
  CHECK(display_width("") == 0);
}

TEST_CASE("bytes that are not UTF-8 are one character each") {
  CHECK(first_code_point("\xFFx").value == 0xFFFD);
  CHECK(first_code_point("\xFFx").bytes == 1);
  CHECK(first_code_point("\xC3").value == 0xFFFD);
  CHECK(first_code_point("\xC0\x80").value == 0xFFFD);
  CHECK(first_code_point("\xED\xA0\x80").value == 0xFFFD);
  CHECK(first_code_point("\xF4\x90\x80\x80").value == 0xFFFD);
  CHECK(first_code_point("\xE2\x94\x82").value == 0x2502);
  CHECK(first_code_point("\xE2\x94\x82").bytes == 3);
  CHECK(first_code_point("\xF0\x9F\x9A\xA2").value == 0x1F6A2);
}

TEST_CASE("characters that act on a terminal are known") {
  CHECK(is_unprintable('\x1b'));
  CHECK(is_unprintable(0x202E));
  CHECK(is_unprintable(0x9B));
  CHECK_FALSE(is_unprintable('a'));
  CHECK_FALSE(is_unprintable(0x1F6A2));
}
