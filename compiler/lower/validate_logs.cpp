// Log drivers and their options, and the task's log router.
#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "base/suggest.h"
#include "compiler/lower/look.h"
#include "compiler/lower/validate.h"

namespace berth::lower {
namespace {

/// What Docker reads as a yes or no.
bool is_flag(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kFlags = {"true", "false", "True", "False", "TRUE", "FALSE", "t", "f", "T", "F", "1", "0"};
  return std::find(kFlags.begin(), kFlags.end(), text) != kFlags.end();
}

constexpr std::array<std::string_view, 8> kAwslogs = {"awslogs-create-group", "awslogs-datetime-format", "awslogs-group", "awslogs-multiline-pattern",
                                                      "awslogs-region", "awslogs-stream-prefix", "max-buffer-size", "mode"};

class LogRules {
 public:
  LogRules(const ir::Resource& task, sema::Reporter& reporter) : task_(task), reporter_(reporter) {}

  void check() {
    const ir::Map& containers = entries_of(task_.body, {"container"});
    std::vector<const ir::Map::Entry*> routers;
    for (const auto& entry : containers) {
      if (ir::at(entry.second, {"firelens"}) != nullptr) routers.push_back(&entry);
    }
    if (routers.size() > 1) {
      Diagnostic& diagnostic = reporter_.report_each("E0332", place_of(ir::at(routers[1]->second, {"firelens"}), task_.origin), "a task has one log router", "a second one");
      diagnostic.label(place_of(ir::at(routers[0]->second, {"firelens"}), task_.origin), fmt::format("`{}` is one", routers[0]->first)).help("remove one `firelens { }`");
    }
    for (const auto& [name, container] : containers) {
      const ir::Value* logs = ir::at(container, {"logs"});
      if (logs != nullptr) check_driver(name, *logs, routers.empty() ? nullptr : routers.front());
    }
  }

  /// The logs of a container or of a proxy.
  void check_driver(std::string_view name, const ir::Value& logs, const ir::Map::Entry* router) {
    const std::string* driver = text_of(logs, {"driver"});
    if (driver == nullptr) return;
    const Span place = place_of(&logs, task_.origin);
    if (*driver == "awslogs") awslogs(logs, place);
    if (*driver == "splunk") {
      for (const std::string_view option : {"splunk-token", "splunk-url"}) {
        if (!has_option(logs, option)) missing(place, *driver, option);
      }
    }
    if (*driver != "awsfirelens") return;
    if (router == nullptr) {
      reporter_.report_each("E0332", place, fmt::format("`{}` sends its output to a log router, and the task has none", name), "nobody takes it")
          .help(entries_of(task_.body, {"container"}).size() > 1 ? "add `firelens { kind = \"fluentbit\" }` to the container that is to take it"
                                                                 : "add a container that takes it, with `firelens { kind = \"fluentbit\" }`; or `logs = awslogs(\"/my/group\")`");
    } else if (router->first == name) {
      reporter_.report_each("E0332", place, fmt::format("the log router `{}` sends its output to itself", name), "it would go round and round")
          .help("use another driver for the router, as in `awslogs(\"/my/router\")`");
    }
  }

 private:
  static bool has_option(const ir::Value& logs, std::string_view option) {
    return ir::at(logs, {"options", option}) != nullptr || ir::at(logs, {"secret_options", option}) != nullptr;
  }

  void missing(Span place, std::string_view driver, std::string_view option) {
    reporter_.report_each("E0332", place, fmt::format("`{}` needs the option `{}`", driver, option), "it is missing").help(how_to_add(driver, option));
  }

  /// A token is a credential, and a group of awslogs is easier said by its function.
  static std::string how_to_add(std::string_view driver, std::string_view option) {
    if (option == "splunk-token") return "it is a credential: `secret_options = { \"splunk-token\" = SECRET }`, of an `extern secret`";
    if (driver == "awslogs") return "`logs = awslogs(\"/my/group\")`, or add \"awslogs-group\" to its options";
    return fmt::format("add `\"{}\" = \"…\"` to its options", option);
  }

  void wrong(const ir::Value& logs, std::string_view option, std::string_view needed) {
    const ir::Value* value = ir::at(logs, {"options", option});
    reporter_.report_each("E0332", place_of(value, place_of(&logs, task_.origin)), fmt::format("`{}` cannot be {}", option, ir::spell(*value)), "this value").help(fmt::format("write {}", needed));
  }

  void awslogs(const ir::Value& logs, Span place) {
    for (const auto& [option, value] : entries_of(logs, {"options"})) {
      if (std::find(kAwslogs.begin(), kAwslogs.end(), option) != kAwslogs.end()) continue;
      Diagnostic& diagnostic = reporter_.report_each("E0332", place_of(&value, place), fmt::format("`awslogs` has no option `{}`", option), "unknown to it");
      if (const auto meant = suggest(option, std::vector<std::string>(kAwslogs.begin(), kAwslogs.end()))) diagnostic.help(fmt::format("did you mean `{}`?", *meant));
      else diagnostic.help(fmt::format("it has: `{}`", fmt::join(kAwslogs, "`, `")));
    }
    if (!has_option(logs, "awslogs-group")) missing(place, "awslogs", "awslogs-group");
    if (const std::string* create = text_of(logs, {"options", "awslogs-create-group"}); create != nullptr && !is_flag(*create)) wrong(logs, "awslogs-create-group", "\"true\" or \"false\"");
    if (const std::string* mode = text_of(logs, {"options", "mode"}); mode != nullptr && *mode != "blocking" && *mode != "non-blocking") wrong(logs, "mode", "\"blocking\" or \"non-blocking\"");
    const std::string* buffer = text_of(logs, {"options", "max-buffer-size"});
    if (buffer != nullptr && !is_buffer(*buffer)) wrong(logs, "max-buffer-size", "a number with `k`, `m` or `g`, as in \"25m\"");
    if (buffer != nullptr && !has_text(logs, {"options", "mode"}, "non-blocking")) {
      reporter_.report_each("W0510", place_of(ir::at(logs, {"options", "max-buffer-size"}), place), "the buffer of `awslogs` has no effect without `mode = \"non-blocking\"`", "nothing is buffered")
          .help("add `mode = \"non-blocking\"`, or remove it");
    }
    const ir::Value* format = ir::at(logs, {"options", "awslogs-datetime-format"});
    const ir::Value* pattern = ir::at(logs, {"options", "awslogs-multiline-pattern"});
    if (format == nullptr || pattern == nullptr) return;
    reporter_.report_each("E0332", place_of(pattern, place), "`awslogs` takes one way to find the beginning of a record", "the second one")
        .label(place_of(format, place), "the first one")
        .help("remove `awslogs-datetime-format` or `awslogs-multiline-pattern`");
  }

  static bool is_buffer(std::string_view text) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const std::string_view unit = text.substr(digits);
    return digits > 0 && (unit.empty() || unit == "b" || unit == "k" || unit == "m" || unit == "g");
  }

  const ir::Resource& task_;
  sema::Reporter& reporter_;
};

}  // namespace

void validate_logs(const ir::Resource& task, sema::Reporter& reporter) { LogRules(task, reporter).check(); }

}  // namespace berth::lower
