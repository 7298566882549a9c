// Static types, by properties: random expressions that fit their types are left alone, one planted misfit is one error, and whatever evaluation takes
// is taken (but for null, which evaluation sees only when it is there).
#include "compiler/sema/infer.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <sstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "base/diagnostic_render.h"
#include "compiler/loader.h"
#include "compiler/sema/declare.h"
#include "tests/support/compile_case.h"

using namespace berth;
using namespace berth::test;

namespace {

/// What is said about a stack before a value is computed.
struct StaticResult {
  SourceSet sources;
  DiagnosticSink sink;

  explicit StaticResult(const std::string& text) {
    LoadedStack loaded = load("main.ecs", MemoryFileSystem({{"main.ecs", text}}), sources, sink);
    sema::Reporter reporter(sink, &sources);
    sema::Budget budget(reporter);
    sema::Scope scope;
    sema::Evaluator evaluator(scope, reporter, budget);
    sema::declare(loaded, scope, reporter);
    sema::check_types(loaded, scope, evaluator);
    reporter.settle();
  }
  [[nodiscard]] std::vector<std::string> codes() const {
    std::vector<std::string> all;
    for (const Diagnostic& diagnostic : sink.sorted()) all.push_back(diagnostic.code);
    return all;
  }
  [[nodiscard]] std::string text() const { return render_all(sink.sorted(), sources); }
};

constexpr std::string_view kNames = R"(stack s { }
param p_int: int = 3
param p_decimal: decimal = 0.5
param p_bool: bool = true
param p_string: string = "text"
param p_size: size = 512 MiB
param p_cpu: cpu = 0.25 vCPU
param p_duration: duration = 5m
param p_percent: percent = 80%
param p_ints: list(int) = [1, 2, 3]
param p_strings: list(string) = ["a", "b"]
param p_counts: map(int) = { a = 1, b = 2 }
param p_record: { n: int, s: string, d: duration? } = { n = 1, s = "x" }
param o_int: int? = 4
param o_string: string? = "there"
param o_size: size? = 1 GiB
let l_int = p_int + 1
let l_size = p_size * 2
fn f_double(n: int): int = n * 2
fn f_share(of: size, part: percent = 50%): size = of * part
fn f_label(name: string, tail: string? = null): string = "${name}${tail ?? ""}"
)";

enum class T { integer, decimal, boolean, string, size, cpu, duration, percent, ints, strings, counts };
constexpr std::array<T, 11> kTypes = {T::integer, T::decimal, T::boolean, T::string, T::size, T::cpu, T::duration, T::percent, T::ints, T::strings, T::counts};

std::string_view type_text(T type) {
  constexpr std::array<std::string_view, 11> kTexts = {"int", "decimal", "bool", "string", "size", "cpu", "duration", "percent", "list(int)", "list(string)", "map(int)"};
  return kTexts[static_cast<std::size_t>(type)];
}

/// Expressions of a wanted type. At one place, if one is chosen, stands a value of another type where nothing but the right one will do.
class Generator {
 public:
  Generator(unsigned seed, int plant_at) : random_(seed), plant_at_(plant_at) {}

  std::string make(T type, int depth) {
    if (depth <= 0) return leaf(type);
    switch (pick(6)) {
      case 0: return leaf(type);
      case 1: return fmt::format("(if {} then {} else {})", strict(T::boolean, depth), make(type, depth - 1), make(type, depth - 1));
      case 2: return guarded(type, depth);
      default: return composed(type, depth);
    }
  }
  /// Places where a misfit could have been planted.
  [[nodiscard]] int places() const { return places_; }

 private:
  int pick(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  /// A value at a place that takes only this type.
  std::string strict(T type, int depth) {
    const std::string good = make(type, depth - 1);
    return places_++ == plant_at_ ? wrong(type) : good;
  }

  std::string wrong(T type) {
    switch (type) {
      case T::integer:
      case T::decimal: return "\"five\"";
      case T::boolean: return "1 MiB";
      case T::string: return "[true]";
      case T::size: return "p_duration";
      case T::cpu: return "p_size";
      case T::duration: return "p_cpu";
      case T::percent: return "p_string";
      case T::ints:
      case T::strings: return "12";
      case T::counts: return "30s";
    }
    return "";
  }

  std::string leaf(T type) {
    switch (type) {
      case T::integer: return choose({"1", "-2", "p_int", "l_int", "p_record.n", "p_ints[0]", "p_counts[\"a\"]"});
      case T::decimal: return choose({"0.5", "p_decimal", "(p_int / 2)"});
      case T::boolean: return choose({"true", "false", "p_bool", "(p_int in p_ints)", "(\"a\" in p_counts)"});
      case T::string: return choose({"\"x\"", "p_string", "p_record.s", "\"n ${p_int} ${p_size}\""});
      case T::size: return choose({"1 GiB", "p_size", "l_size"});
      case T::cpu: return choose({"0.5 vCPU", "p_cpu"});
      case T::duration: return choose({"30s", "2h30m", "p_duration"});
      case T::percent: return choose({"10%", "p_percent"});
      case T::ints: return choose({"[1, 2]", "p_ints", "1..3"});
      case T::strings: return choose({"[\"a\"]", "p_strings", "keys(p_counts)"});
      case T::counts: return choose({"{ a = 1 }", "p_counts"});
    }
    return "";
  }
  std::string choose(std::vector<std::string> texts) { return texts[static_cast<std::size_t>(pick(static_cast<int>(texts.size())))]; }

  /// Values that may be null, with a guard.
  std::string guarded(T type, int depth) {
    const std::string_view name = type == T::integer ? "o_int" : type == T::string ? "o_string" : type == T::size ? "o_size" : "";
    if (name.empty()) return leaf(type);
    switch (pick(4)) {
      case 0: return fmt::format("({} ?? {})", name, make(type, depth - 1));
      case 1: return fmt::format("(if {} != null then {} else {})", name, name, make(type, depth - 1));
      case 2: return fmt::format("(if {} == null or {} then {} else {})", name, strict(T::boolean, depth), make(type, depth - 1), name);
      default: return fmt::format("(if {} and {} != null then {} else {})", strict(T::boolean, depth), name, name, make(type, depth - 1));
    }
  }

  std::string composed(T type, int depth) {
    const auto one = [&](T of) { return strict(of, depth); };
    const auto two = [&](std::string_view op, T a, T b) {
      // Only one side takes the misfit: with both wrong alike there may be an operation after all.
      std::string left = make(a, depth - 1);
      return fmt::format("({} {} {})", left, op, one(b));
    };
    switch (type) {
      case T::integer:
        switch (pick(6)) {
          case 0: return two("+", type, type);
          case 1: return two("*", type, type);
          case 2: return fmt::format("floor({})", one(T::decimal));
          case 3: return fmt::format("length({})", one(T::ints));
          case 4: return fmt::format("f_double({})", one(T::integer));
          default: return fmt::format("sum([for v{0} in {1}: v{0} + {2}])", ++loops_, one(T::ints), make(T::integer, depth - 1));
        }
      case T::decimal: return pick(2) == 0 ? two("-", type, type) : two("/", T::duration, T::duration);
      case T::boolean:
        switch (pick(6)) {
          case 0: return fmt::format("({} and {})", one(type), one(type));
          case 1: return fmt::format("({} or {})", one(type), one(type));
          case 2: return fmt::format("(not {})", one(type));
          case 3: return two("<", T::size, T::size);
          case 4: return two("==", T::string, T::string);
          default: return fmt::format("starts_with({}, \"a\")", one(T::string));
        }
      case T::string:
        switch (pick(4)) {
          case 0: return fmt::format("upper({})", one(type));
          case 1: return fmt::format("join(\",\", {})", one(T::strings));
          case 2: return fmt::format("f_label({})", one(type));
          default: return fmt::format("\"a ${{{}}} b\"", make(type, depth - 1));
        }
      case T::size:
        if (pick(3) == 0) return fmt::format("f_share({}, part = {})", one(type), one(T::percent));
        [[fallthrough]];
      case T::cpu:
      case T::duration: return pick(2) == 0 ? two("+", type, type) : two("*", type, T::integer);
      case T::percent: return two("+", type, type);
      case T::ints: return pick(2) == 0 ? fmt::format("[for v{0} in {1} if {2}: v{0} + {3}]", ++loops_, one(type), one(T::boolean), one(T::integer)) : fmt::format("[{}, ...{}]", make(T::integer, depth - 1), one(type));
      case T::strings: return pick(2) == 0 ? fmt::format("[for v{0} in {1}: \"${{v{0}}} ${{{2}}}\"]", ++loops_, one(type), make(T::string, depth - 1)) : fmt::format("sort({})", one(type));
      case T::counts: return pick(2) == 0 ? fmt::format("{{ for k{0}, v{0} in {1}: k{0} => v{0} + {2} }}", ++loops_, one(type), one(T::integer)) : fmt::format("merge(p_counts, {})", one(type));
    }
    return leaf(type);
  }

  std::mt19937 random_;
  int plant_at_;
  int places_ = 0;
  int loops_ = 0;  ///< no variable hides another
};

std::string stack_with(T type, const std::string& expression) { return fmt::format("{}output x: {} = {}\n", kNames, type_text(type), expression); }

/// What depends on the values and not on their types.
bool is_about_values(const std::string& code) {
  static const std::set<std::string> kCodes = {"E0107", "E0109", "E0118", "E0120", "E0121", "E0122", "E0123", "E0212", "E0901", "W0501"};
  return kCodes.contains(code);
}

}  // namespace

TEST_CASE("expressions that fit their types have no static error, and evaluate", "[infer]") {
  for (unsigned seed = 0; seed < 400; ++seed) {
    const T type = kTypes[seed % kTypes.size()];
    const std::string text = stack_with(type, Generator(seed, -1).make(type, 4));
    const StaticResult result(text);
    INFO(seed << "\n" << text << "\n" << result.text());
    REQUIRE(result.codes().empty());
    if (seed % 5 != 0) continue;
    const Compiled compiled = compile_files({{"main.ecs", text}});
    for (const Diagnostic& diagnostic : compiled.sink.sorted()) {
      INFO(render_all({diagnostic}, *compiled.sources));
      REQUIRE(is_about_values(diagnostic.code));
    }
  }
}

TEST_CASE("one planted misfit is one static error", "[infer]") {
  int planted = 0;
  for (unsigned seed = 0; seed < 400; ++seed) {
    const T type = kTypes[seed % kTypes.size()];
    Generator plain(seed, -1);
    plain.make(type, 4);
    if (plain.places() == 0) continue;
    const int at = static_cast<int>(seed * 7919U % static_cast<unsigned>(plain.places()));
    const std::string text = stack_with(type, Generator(seed, at).make(type, 4));
    const StaticResult result(text);
    INFO(seed << " at " << at << "\n" << text << "\n" << result.text());
    REQUIRE(result.codes().size() == 1);
    REQUIRE_FALSE(is_about_values(result.codes().front()));
    ++planted;
  }
  CHECK(planted > 250);
}

namespace {

/// Expressions without types in mind, of which everything is evaluated: no branches, and no loops over what may be empty.
class Anything {
 public:
  explicit Anything(unsigned seed) : random_(seed) {}

  std::string make(int depth) {
    static const std::vector<std::string> kLeaves = {"1",      "0.5",    "true",   "\"x\"",     "512 MiB",  "0.25 vCPU",  "5m",      "80%",      "null",   "[1, 2]",  "[\"a\"]",
                                                     "p_int",  "p_size", "p_bool", "p_string",  "p_record", "p_decimal",  "p_cpu",   "p_percent", "p_ints", "p_counts", "p_strings",
                                                     "{ a = 1 }", "p_duration", "l_int", "l_size", "[]"};
    if (depth <= 0) return kLeaves[random_() % kLeaves.size()];
    static const std::vector<std::string> kOperators = {"+", "-", "*", "/", "==", "!=", "<", ">=", "in", ".."};
    static const std::vector<std::string> kFunctions = {"abs",  "all",  "any",    "ceil",    "decimal", "first", "flatten", "floor", "int",   "keys",  "last",   "length", "lower", "max",  "merge",
                                                        "min",  "round", "shell", "slug",    "sort",    "string", "sum",    "trim",  "unique", "upper", "values", "f_double", "f_label", "f_share", "coalesce"};
    static const std::vector<std::string> kTwo = {"join", "split", "contains", "index_of", "mod", "starts_with", "ends_with", "range", "max", "min", "merge", "coalesce"};
    const std::string a = make(depth - 1);
    switch (random_() % 10) {
      case 0: return fmt::format("(not {})", a);
      case 1: return fmt::format("(-{})", a);
      case 2: return fmt::format("\"<${{{}}}>\"", a);
      case 3: return fmt::format("[{}, {}]", a, make(depth - 1));
      case 4: return fmt::format("{{ n = {}, s = {} }}", a, make(depth - 1));
      case 5: return fmt::format("{}({})", kFunctions[random_() % kFunctions.size()], a);
      case 6: return fmt::format("{}({}, {})", kTwo[random_() % kTwo.size()], a, make(depth - 1));
      case 7: return fmt::format("{}.{}", a, random_() % 2 == 0 ? "n" : "a");
      default: return fmt::format("({} {} {})", a, kOperators[random_() % kOperators.size()], make(depth - 1));
    }
  }

 private:
  std::mt19937 random_;
};

}  // namespace

TEST_CASE("what evaluates has no static error but for null", "[infer]") {
  int evaluated = 0;
  for (unsigned seed = 0; seed < 2000; ++seed) {
    const std::string expression = Anything(seed).make(1 + static_cast<int>(seed % 3));
    const std::string text = fmt::format("{}let x = {}\n", kNames, expression);
    SourceSet sources;
    DiagnosticSink sink;
    LoadedStack loaded = load("main.ecs", MemoryFileSystem({{"main.ecs", text}}), sources, sink);
    sema::Reporter reporter(sink, &sources);
    sema::Budget budget(reporter);
    sema::Scope scope;
    sema::Evaluator evaluator(scope, reporter, budget);
    sema::declare(loaded, scope, reporter);
    const sema::Value value = evaluator.value_of(*scope.find("x"), {});
    if (sink.has_errors() || sema::contains_poison(value)) continue;
    ++evaluated;
    const StaticResult result(text);
    INFO(seed << ": " << expression << "\n" << result.text());
    for (const std::string& code : result.codes()) REQUIRE(code == "E0110");
  }
  CHECK(evaluated > 150);
}

TEST_CASE("facts of a long condition reach its last operand", "[infer]") {
  std::string text = "stack s { }\nparam a: bool = true\nparam t: string? = null\nlet x = a";
  for (int i = 0; i < 80; ++i) text += i % 2 == 0 ? " and t != null" : " and t == \"x\"";
  const StaticResult result(text + "\noutput y: bool = x\n");
  INFO(result.text());
  CHECK(result.codes().empty());
}
