// Ports and ranges of ports of a task.
#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include <fmt/format.h>

#include "compiler/lower/look.h"
#include "compiler/lower/validate.h"

namespace berth::lower {
namespace {

/// ssh, Docker and the agent of ECS itself have them on every instance.
constexpr std::array<std::int64_t, 6> kReserved = {22, 2375, 2376, 51678, 51679, 51680};
constexpr std::size_t kMostRanges = 100;

struct Ports {
  std::int64_t low = 0;
  std::int64_t high = 0;
  std::string_view name;
  Span place;
  bool is_range = false;
};

/// "8000-8010"; nothing when the text does not have the form.
std::optional<std::pair<std::int64_t, std::int64_t>> read_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  std::int64_t low = 0;
  std::int64_t high = 0;
  std::from_chars(text.data(), text.data() + dash, low);
  std::from_chars(text.data() + dash + 1, text.data() + text.size(), high);
  return std::pair(low, high);
}

class PortRules {
 public:
  PortRules(const ir::Resource& task, sema::Reporter& reporter) : task_(task), reporter_(reporter), mode_(text_of(task.body, {"network_mode"})) {}

  void check() {
    for (const auto& [name, container] : entries_of(task_.body, {"container"})) {
      std::vector<Ports> all;
      std::size_t ranges = 0;
      for (const auto& [port_name, port] : entries_of(container, {"port"})) {
        if (const auto ports = read(port_name, port)) {
          ranges += ports->is_range ? 1 : 0;
          all.push_back(*ports);
        }
      }
      if (ranges > kMostRanges) {
        reporter_.report_each("E0331", place_of(&container, task_.origin), fmt::format("`{}` has {} ranges of ports; ECS takes {}", name, ranges, kMostRanges), "too many ranges")
            .help("make one range of those that are neighbours");
      }
      overlaps(all);
    }
  }

 private:
  std::optional<Ports> read(std::string_view name, const ir::Value& port) {
    const ir::Value* number = ir::at(port, {"number"});
    const ir::Value* range = ir::at(port, {"range"});
    const Span header = place_of(&port, task_.origin);
    if (number == nullptr && range == nullptr) {
      reporter_.report_each("E0331", header, fmt::format("the port `{}` has no number", name), "neither `number` nor `range`").help(fmt::format("as in `port {} = 8080`", name));
      return std::nullopt;
    }
    if (number != nullptr && range != nullptr) {
      reporter_.report_each("E0331", place_of(range, header), fmt::format("the port `{}` has a number and a range", name), "the range")
          .label(place_of(number, header), "the number")
          .help("remove one of the two");
      return std::nullopt;
    }
    unnamed(name, port, header);
    reserved(port, header);
    if (number != nullptr) return Ports{*number_of(port, {"number"}), *number_of(port, {"number"}), name, place_of(number, header), false};
    return read_range_of(name, port, *range, header);
  }

  std::optional<Ports> read_range_of(std::string_view name, const ir::Value& port, const ir::Value& range, Span header) {
    const auto ends = range.as_string() == nullptr ? std::nullopt : read_range(*range.as_string());
    if (!ends) return std::nullopt;
    const Span place = place_of(&range, header);
    const auto [low, high] = *ends;
    if (low < 1 || high > 65535 || low >= high) {
      reporter_.report_each("E0331", place, fmt::format("`{}` is no range of ports", *range.as_string()), low >= high ? "it ends before it begins" : "ports are 1 to 65535")
          .help(low > high && high >= 1 ? fmt::format("`\"{}-{}\"`", high, low) : low == high ? fmt::format("one port alone: `port {} = {}`", name, low) : std::string("as in \"8000-8010\""));
      return std::nullopt;
    }
    if (const ir::Value* host = ir::at(port, {"host"}); host != nullptr && !host->origin().is_default && host->as_quantity() != nullptr && host->as_quantity()->amount != 0) {
      reporter_.report_each("E0331", place_of(host, header), fmt::format("the range `{}` has no port on the machine", name), "ECS picks them")
          .label(place, "the range")
          .help("drop `host`");
    }
    if (mode_ != nullptr && *mode_ == "host") {
      reporter_.report_each("E0331", place, "a range of ports needs `bridge` or `awsvpc`", "this range")
          .label(place_of(ir::at(task_.body, {"network_mode"}), task_.origin), "the machine's own network")
          .help("name each port that is used, or use another network mode");
    }
    return Ports{low, high, name, place, true};
  }

  /// What only Service Connect reads, which finds a port by its name.
  void unnamed(std::string_view name, const ir::Value& port, Span header) {
    const ir::Value* spoken = ir::at(port, {"app_protocol"});
    if (spoken == nullptr || !is_on(port, {"unnamed"})) return;
    reporter_.report_each("W0510", place_of(spoken, header), fmt::format("`app_protocol` of `{}` has no effect: the port has no name in ECS", name), "nobody reads it")
        .label(place_of(ir::at(port, {"unnamed"}), header), "it has no name")
        .help("remove one of the two");
  }

  void reserved(const ir::Value& port, Span header) {
    const ir::Value* host = ir::at(port, {"host"});
    if (host == nullptr || host->as_quantity() == nullptr || (mode_ != nullptr && *mode_ == "awsvpc")) return;
    if (std::find(kReserved.begin(), kReserved.end(), host->as_quantity()->amount) == kReserved.end()) return;
    reporter_.report_each("E0331", place_of(host, place_of(ir::at(port, {"number"}), header)), fmt::format("port {} of the machine is never free", host->as_quantity()->amount), "reserved on every instance")
        .note("22, 2375, 2376 and 51678 to 51680 belong to ssh, Docker and the agent of ECS")
        .help(mode_ == nullptr || *mode_ == "bridge" ? "drop `host`: a free port is picked then" : "let the program listen on another port");
  }

  /// Ranges must not meet numbers or each other; equal numbers are told by the rule on clashes.
  void overlaps(std::vector<Ports>& all) {
    std::sort(all.begin(), all.end(), [](const Ports& a, const Ports& b) { return std::tie(a.low, a.high) < std::tie(b.low, b.high); });
    const Ports* widest = nullptr;
    for (const Ports& ports : all) {
      if (widest != nullptr && ports.low <= widest->high && (ports.is_range || widest->is_range)) {
        const bool in_order = widest->place < ports.place;
        const Ports& first = in_order ? *widest : ports;
        const Ports& second = in_order ? ports : *widest;
        reporter_.report_each("E0303", second.place, fmt::format("ports clash: `{}` and `{}` have {} in common", first.name, second.name, ports.low), "taken already")
            .label(first.place, fmt::format("by `{}`", first.name))
            .help("let one of them begin after the other");
      }
      if (widest == nullptr || ports.high > widest->high) widest = &ports;
    }
  }

  const ir::Resource& task_;
  sema::Reporter& reporter_;
  const std::string* mode_;
};

}  // namespace

void validate_ports(const ir::Resource& task, sema::Reporter& reporter) { PortRules(task, reporter).check(); }

}  // namespace berth::lower
