#include "engine/drivers/fake_script.h"

#include <charconv>

#include <fmt/format.h>

namespace berth::engine {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    auto end = text.find(separator);
    auto part = text.substr(0, end);
    if (!part.empty()) parts.push_back(part);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return parts;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

std::optional<Milliseconds> duration(std::string_view text) {
  const std::pair<std::string_view, std::int64_t> units[] = {{"ms", 1}, {"s", 1000}, {"m", 60'000}};
  for (const auto& [unit, factor] : units) {
    if (text.size() <= unit.size() || text.substr(text.size() - unit.size()) != unit) continue;
    if (auto number = whole_number(text.substr(0, text.size() - unit.size()))) return Milliseconds(*number * factor);
  }
  return std::nullopt;
}

/// What follows `prefix`, when `text` begins with it.
std::optional<std::string_view> after(std::string_view text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) != prefix) return std::nullopt;
  return text.substr(prefix.size());
}

bool read_duration(std::string_view directive, std::string_view prefix, Milliseconds& into) {
  auto rest = after(directive, prefix);
  auto value = rest ? duration(*rest) : std::nullopt;
  if (value) into = *value;
  return value.has_value();
}

bool read_health(std::string_view directive, std::string_view state, FakeScript& script) {
  Milliseconds when{0};
  if (!read_duration(directive, fmt::format("{}-after-", state), when)) return false;
  script.health.emplace_back(when, std::string(state));
  return true;
}

bool read_exit(std::string_view directive, FakeScript& script) {
  auto rest = after(directive, "exit-");
  if (!rest) return false;
  auto code_end = rest->find('-');
  auto code = whole_number(rest->substr(0, code_end));
  Milliseconds when{0};
  if (!code || *code > 255) return false;
  if (code_end != std::string_view::npos && !read_duration(rest->substr(code_end), "-after-", when)) return false;
  script.exit_code = static_cast<int>(*code);
  script.exits_after = when;
  return true;
}

bool read_oom(std::string_view directive, FakeScript& script) {
  Milliseconds when{0};
  if (!read_duration(directive, "oom-after-", when)) return false;
  script.exit_code = 137;
  script.out_of_memory = true;
  script.exits_after = when;
  return true;
}

bool read_stop_exit(std::string_view directive, FakeScript& script) {
  auto rest = after(directive, "stop-exit-");
  auto code = rest ? whole_number(*rest) : std::nullopt;
  if (!code || *code > 255) return false;
  script.stop_exit_code = static_cast<int>(*code);
  return true;
}

bool read_word(std::string_view directive, FakeScript& script) {
  if (directive == "app") return true;
  if (directive == "pull-fails") return script.pull_fails = true;
  if (directive == "create-fails") return script.create_fails = true;
  if (directive == "start-fails") return script.start_fails = true;
  if (directive == "ignores-stop") return script.ignores_stop = true;
  auto text = after(directive, "says-");
  if (text) script.output.emplace_back(*text);
  return text.has_value();
}

bool read_directive(std::string_view directive, FakeScript& script) {
  return read_word(directive, script) || read_exit(directive, script) || read_oom(directive, script) ||
         read_stop_exit(directive, script) || read_duration(directive, "pull-", script.pull_time) ||
         read_duration(directive, "create-", script.create_time) || read_duration(directive, "start-", script.start_time) ||
         read_duration(directive, "remove-", script.remove_time) || read_duration(directive, "stop-", script.stop_delay) ||
         read_health(directive, "healthy", script) || read_health(directive, "unhealthy", script);
}

}  // namespace

Result<FakeScript> parse_fake_script(const ContainerSpec& spec) {
  std::vector<std::string_view> directives;
  if (auto words = after(spec.image, "fake/")) directives = split(words->substr(0, words->find_first_of(":@")), '_');
  if (auto variable = spec.environment.find("FAKE"); variable != spec.environment.end())
    for (auto word : split(variable->second, ' ')) directives.push_back(word);
  FakeScript script;
  for (auto directive : directives)
    if (!read_directive(directive, script))
      return Error{"CannotCreateContainerError", fmt::format("the fake runtime knows no directive `{}`", directive)};
  std::sort(script.health.begin(), script.health.end());
  return script;
}

}  // namespace berth::engine
