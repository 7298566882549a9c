#include "base/sensitive.h"

#include <ostream>
#include <type_traits>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <fmt/ostream.h>

#include "base/json.h"

namespace berth {
namespace {

template <class T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };
template <class T>
concept Comparable = requires(const T& a, const T& b) { a == b; };

// What "never in a log" rests on: such code does not compile.
static_assert(!fmt::is_formattable<SensitiveText>::value);
static_assert(!Printable<SensitiveText> && Printable<std::string_view>);
static_assert(!Comparable<SensitiveText>);
static_assert(!std::is_constructible_v<Json, const SensitiveText&> && std::is_constructible_v<Json, const std::string&>);
static_assert(!std::is_convertible_v<SensitiveText, std::string_view> && !std::is_constructible_v<std::string, const SensitiveText&>);
static_assert(!std::is_copy_constructible_v<SensitiveText>);

TEST_CASE("a sensitive text is revealed by name only, in full", "[sensitive]") {
  const std::string long_text(200'000, 'x');
  CHECK(SensitiveText("hunter2").reveal() == "hunter2");
  CHECK(SensitiveText("").reveal().empty());
  CHECK(SensitiveText(long_text).reveal() == long_text);
}

TEST_CASE("its bytes are gone when it is", "[sensitive]") {
  const SensitiveText keeps_the_page("another text of the same page");
  auto text = std::make_unique<SensitiveText>("a text to be forgotten");
  const std::string_view bytes = text->reveal();
  text.reset();
  CHECK(bytes == std::string(bytes.size(), '\0'));
  CHECK(keeps_the_page.reveal() == "another text of the same page");
}

TEST_CASE("marks compare under one key and say nothing under another", "[sensitive]") {
  const SensitiveText one("hunter2");
  CHECK(one.mark("key").size() == 5);
  CHECK(one.mark("key") == SensitiveText("hunter2").mark("key"));
  CHECK(one.mark("key") != SensitiveText("hunter3").mark("key"));
  CHECK(one.mark("key") != one.mark("another key"));
  CHECK(one.mark("").empty());
}

}  // namespace
}  // namespace berth
