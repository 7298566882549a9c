// libs: berth_compiler
// What is said to users is in their words: no names of rules or tokens of the grammar, no words of the parser generator, one sentence.
#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <sstream>

#include <catch2/catch.hpp>

#include "tests/support/compile_case.h"

namespace {

using namespace berth;

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

/// Words of the grammar that no sentence has by chance: names of tokens, and names of rules in camel case.
std::set<std::string> grammar_words() {
  std::set<std::string> words;
  for (const char* file : {"grammar/EcsLexer.g4", "grammar/EcsParser.g4"}) {
    std::string word;
    for (const char c : read(file) + " ") {
      if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') {
        word += c;
        continue;
      }
      const bool upper = word.size() > 1 && std::all_of(word.begin(), word.end(), [](unsigned char l) { return std::isupper(l) != 0 || l == '_'; });
      const bool camel = word.size() > 1 && std::islower(static_cast<unsigned char>(word.front())) != 0 &&
                         std::any_of(word.begin(), word.end(), [](unsigned char l) { return std::isupper(l) != 0; });
      if (upper || camel) words.insert(word);
      word.clear();
    }
  }
  for (const char* known : {"EOF", "NL", "mismatched", "extraneous", "viable", "ANTLR", "antlr", "offending", "nullptr"}) words.insert(known);
  return words;
}

/// The sentence without what it quotes from the user's text.
std::string own_words(const std::string& text) {
  std::string own;
  bool quoted = false;
  for (const char c : text) {
    if (c == '`') quoted = !quoted;
    if (!quoted) own += c;
  }
  return own;
}

class Words {
 public:
  void check(const Diagnostic& diagnostic) {
    sentence(diagnostic, diagnostic.message);
    for (const Label& label : diagnostic.labels) text(diagnostic, label.text);
    for (const std::string& note : diagnostic.notes) text(diagnostic, note);
    for (const std::string& help : diagnostic.helps) text(diagnostic, help);
  }

 private:
  void text(const Diagnostic& diagnostic, const std::string& said) {
    INFO(diagnostic.code << ": " << said);
    const std::string own = own_words(said);
    CHECK(own.find("expecting") == std::string::npos);
    CHECK(own.find("token") == std::string::npos);
    CHECK(own.find("std::") == std::string::npos);
    std::string word;
    for (const char c : own + " ") {
      if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') {
        word += c;
        continue;
      }
      CHECK(grammar_.count(word) == 0);
      word.clear();
    }
  }

  /// Lower case, no period; what the user wrote in `assert` and `where` is the user's.
  void sentence(const Diagnostic& diagnostic, const std::string& said) {
    text(diagnostic, said);
    INFO(diagnostic.code << ": " << said);
    if (diagnostic.code == "E0130" || diagnostic.code == "E0124") return;
    REQUIRE_FALSE(said.empty());
    CHECK(said.back() != '.');
    const bool capital = std::isupper(static_cast<unsigned char>(said[0])) != 0;
    const bool name = said.size() > 1 && std::isupper(static_cast<unsigned char>(said[1])) != 0;
    static constexpr std::array<std::string_view, 5> kNames = {"Fargate", "Docker", "Windows", "Cloud Map", "Service Connect"};
    CHECK((!capital || name || std::any_of(kNames.begin(), kNames.end(), [&](std::string_view known) { return said.starts_with(known); })));
  }

  std::set<std::string> grammar_ = grammar_words();
};

std::vector<std::map<std::string, std::string>> stacks() {
  std::vector<std::map<std::string, std::string>> all;
  for (const char* directory : {"tests/golden/diagnostics", "tests/golden/syntax", "tests/golden/ir"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
      if (entry.path().extension() != ".case") continue;
      const auto file = test::parse_case(entry.path().string(), read(entry.path()));
      REQUIRE(file.has_value());
      auto files = test::ecs_files(*file);
      if (!files.empty()) all.push_back(std::move(files));
    }
  }
  return all;
}

TEST_CASE("what the cases show is said in the user's words") {
  Words words;
  for (const auto& files : stacks()) {
    for (const Diagnostic& diagnostic : test::compile_files(files).sink.sorted()) words.check(diagnostic);
  }
}

/// Where words, numbers and signs of a text begin.
std::vector<std::size_t> beginnings(const std::string& text) {
  std::vector<std::size_t> all;
  const auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ' ') continue;
    if (i == 0 || !is_word(text[i]) || !is_word(text[i - 1])) all.push_back(i);
  }
  return all;
}

TEST_CASE("so is what is said about texts with a word too few or too many") {
  Words words;
  std::mt19937 random(20);
  std::size_t reported = 0;
  const auto pick = [&](std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(random); };
  for (const auto& files : stacks()) {
    const std::string& text = files.begin()->second;
    const std::vector<std::size_t> at = beginnings(text);
    if (at.size() < 3 || text.size() > 20000) continue;
    for (int round = 0; round < 4; ++round) {
      const std::size_t first = pick(at.size() - 1);
      const std::string word = text.substr(at[first], at[first + 1] - at[first]);
      std::string changed = text;
      if (round % 2 == 0) {
        changed.erase(at[first], word.size());
      } else {
        changed.insert(at[pick(at.size())], word);
      }
      auto broken = files;
      broken.begin()->second = changed;
      for (const Diagnostic& diagnostic : test::compile_files(broken).sink.sorted()) {
        words.check(diagnostic);
        ++reported;
      }
    }
  }
  CHECK(reported > 300);
}

}  // namespace
