// Functions that make values with parts: where output goes, when a job runs, where tasks are placed. What they give conforms to the record types of
// the schema.
#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

#include "compiler/sema/builtin_functions.h"

namespace berth::sema::functions {
namespace {

const CallArguments::Argument* named(Arguments args, std::string_view name) {
  const auto found = std::find_if(args.items.begin(), args.items.end(), [&](const CallArguments::Argument& argument) { return argument.name == name; });
  return found == args.items.end() ? nullptr : &*found;
}

std::size_t position(Arguments args, const CallArguments::Argument& argument) { return static_cast<std::size_t>(&argument - args.items.data()); }

/// A text that may be given by name; false when it is there and no text. `value` stays as it is when it is not there.
bool named_text(Arguments args, Context context, std::string_view name, std::optional<std::string>& value) {
  const auto* argument = named(args, name);
  if (argument == nullptr) return true;
  const std::string* given = text(args, context, position(args, *argument));
  if (given != nullptr) value = *given;
  return given != nullptr;
}

void put(Map& map, const char* key, const std::optional<std::string>& value) {
  if (value) map.emplace(key, make_string(*value));
}

Value record_of(std::string kind, std::string field_name, std::string value) {
  Map map;
  map.emplace("kind", make_string(std::move(kind)));
  if (!field_name.empty()) map.emplace(std::move(field_name), make_string(std::move(value)));
  return make_map(std::move(map));
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) { return std::find(words.begin(), words.end(), text) != words.end(); }

/// One of the five fields of a cron line.
struct CronField {
  std::string_view name;
  int low;
  int high;
  std::string_view words;  ///< three letters each, from `low` on
};

constexpr std::array<CronField, 5> kCron = {{{"minute", 0, 59, ""},
                                             {"hour", 0, 23, ""},
                                             {"day of the month", 1, 31, ""},
                                             {"month", 1, 12, "janfebmaraprmayjunjulaugsepoctnovdec"},
                                             {"day of the week", 0, 7, "sunmontuewedthufrisat"}}};

std::optional<int> cron_number(const CronField& field, std::string_view text) {
  const bool digits = !text.empty() && text.size() <= 2 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (digits) {
    int number = 0;
    for (const char c : text) number = number * 10 + (c - '0');
    return number >= field.low && number <= field.high ? std::optional(number) : std::nullopt;
  }
  if (text.size() != 3) return std::nullopt;
  std::string small(text);
  std::transform(small.begin(), small.end(), small.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const std::size_t at = field.words.find(small);
  if (at == std::string_view::npos || at % 3 != 0) return std::nullopt;
  return field.low + static_cast<int>(at / 3);
}

/// `*`, `5`, `1-5`, each with `/STEP` or without.
bool cron_part(const CronField& field, std::string_view part) {
  const std::size_t slash = part.find('/');
  if (slash != std::string_view::npos) {
    const CronField step{field.name, 1, field.high, ""};
    if (!cron_number(step, part.substr(slash + 1))) return false;
    part = part.substr(0, slash);
  }
  if (part == "*") return true;
  const std::size_t dash = part.find('-');
  if (dash == std::string_view::npos) return cron_number(field, part).has_value();
  const auto first = cron_number(field, part.substr(0, dash));
  const auto last = cron_number(field, part.substr(dash + 1));
  return first && last && *first <= *last;
}

bool cron_field(const CronField& field, std::string_view text) {
  while (true) {
    const std::size_t comma = text.find(',');
    if (!cron_part(field, text.substr(0, comma))) return false;
    if (comma == std::string_view::npos) return true;
    text = text.substr(comma + 1);
  }
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) break;
    const std::size_t end = std::min(text.find_first_of(" \t", begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    text = text.substr(end);
  }
  return words;
}

bool is_timezone(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::isalpha(static_cast<unsigned char>(text.front())) != 0 && std::all_of(text.begin(), text.end(), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '/' || c == '_' || c == '-' || c == '+';
         });
}

}  // namespace

Value awslogs(Arguments args, Context context) {
  const std::string* group = text(args, context, 0);
  if (group == nullptr) return {};
  if (group->empty()) return refused(args, context, 0, "a log group has a name", "this one is empty");
  std::optional<std::string> region;
  std::optional<std::string> prefix = "ecs";
  std::optional<std::string> mode;
  std::optional<std::string> format;
  if (!named_text(args, context, "region", region) || !named_text(args, context, "prefix", prefix) || !named_text(args, context, "mode", mode) ||
      !named_text(args, context, "datetime_format", format)) {
    return {};
  }
  if (mode && !is_one_of(*mode, {"blocking", "non-blocking"})) {
    return refused(args, context, position(args, *named(args, "mode")), "`mode` is \"blocking\" or \"non-blocking\"", "neither of them");
  }
  Map options;
  options.emplace("awslogs-group", make_string(*group));
  put(options, "awslogs-region", region);
  put(options, "awslogs-stream-prefix", prefix);
  put(options, "awslogs-datetime-format", format);
  put(options, "mode", mode);
  if (const auto* create = named(args, "create")) {
    if (create->value.as_bool() == nullptr) return wrong(args, context, position(args, *create), "a bool");
    options.emplace("awslogs-create-group", make_string(*create->value.as_bool() ? "true" : "false"));
  }
  if (const auto* buffer = named(args, "buffer")) {
    const ir::Quantity* size = buffer->value.as_quantity();
    constexpr std::int64_t kMiB = 1 << 20;
    if (size == nullptr || size->unit != ir::Unit::bytes) return wrong(args, context, position(args, *buffer), "a size");
    if (size->amount <= 0 || size->amount % kMiB != 0) return refused(args, context, position(args, *buffer), "`buffer` counts whole MiB", "as in `25 MiB`");
    options.emplace("max-buffer-size", make_string(fmt::format("{}m", size->amount / kMiB)));
  }
  Map logs;
  logs.emplace("driver", make_string("awslogs"));
  logs.emplace("options", make_map(std::move(options)));
  return make_map(std::move(logs));
}

Value firelens(Arguments args, Context context) {
  const std::string* router = text(args, context, 0);
  if (router == nullptr) return {};
  Map logs;
  logs.emplace("driver", make_string("awsfirelens"));
  logs.emplace("router", args.items[0].value);
  if (args.items.size() > 1) {
    const Map* given = map(args, context, 1);
    if (given == nullptr) return {};
    Map options;
    Map secrets;
    for (const auto& [key, value] : *given) {
      if (value.secret) {
        secrets.emplace(key, value);
      } else {
        options.emplace(key, value);
      }
    }
    if (!options.empty()) logs.emplace("options", make_map(std::move(options)));
    if (!secrets.empty()) logs.emplace("secret_options", make_map(std::move(secrets)));
  }
  return make_map(std::move(logs));
}

Value cron(Arguments args, Context context) {
  const std::string* line = text(args, context, 0);
  std::optional<std::string> timezone;
  if (line == nullptr || !named_text(args, context, "timezone", timezone)) return {};
  const auto words = words_of(*line);
  if (words.size() != kCron.size()) {
    return refused(args, context, 0, fmt::format("a cron line has five fields, this one has {}", words.size()), "minute, hour, day of the month, month, day of the week");
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (cron_field(kCron[i], words[i])) continue;
    return refused(args, context, 0, fmt::format("`{}` is no {}", words[i], kCron[i].name),
                   fmt::format("{} to {}, `*`, `{}-{}`, `*/2` or several with commas", kCron[i].low, kCron[i].high, kCron[i].low, kCron[i].low + 1));
  }
  if (timezone && !is_timezone(*timezone)) {
    return refused(args, context, position(args, *named(args, "timezone")), "this is no time zone", "as in \"Europe/Berlin\"");
  }
  Map schedule;
  schedule.emplace("cron", make_string(*line));
  put(schedule, "timezone", timezone);
  return make_map(std::move(schedule));
}

Value every(Arguments args, Context context) {
  const ir::Quantity* time = args.items[0].value.as_quantity();
  constexpr std::int64_t kMinute = 60'000;
  if (time == nullptr || time->unit != ir::Unit::milliseconds) return wrong(args, context, 0, "a duration");
  if (time->amount <= 0 || time->amount % kMinute != 0) return refused(args, context, 0, "a schedule counts whole minutes", "as in `15m`");
  Map schedule;
  schedule.emplace("every", args.items[0].value);
  return make_map(std::move(schedule));
}

Value spread(Arguments args, Context context) {
  const std::string* field = text(args, context, 0);
  if (field == nullptr) return {};
  if (!is_one_of(*field, {"az", "instance"}) && (field->rfind("attribute:", 0) != 0 || field->size() == 10)) {
    return refused(args, context, 0, fmt::format("tasks cannot be spread by `{}`", *field), "\"az\", \"instance\" or \"attribute:NAME\"");
  }
  return record_of("spread", "field", *field);
}

Value binpack(Arguments args, Context context) {
  const std::string* field = text(args, context, 0);
  if (field == nullptr) return {};
  if (!is_one_of(*field, {"cpu", "memory"})) return refused(args, context, 0, fmt::format("instances cannot be filled by `{}`", *field), "\"cpu\" or \"memory\"");
  return record_of("binpack", "field", *field);
}

Value random(Arguments args, Context context) {
  (void)args;
  (void)context;
  return record_of("random", "", "");
}

Value distinct_instance(Arguments args, Context context) {
  (void)args;
  (void)context;
  return record_of("distinct_instance", "", "");
}

Value member_of(Arguments args, Context context) {
  const std::string* expression = text(args, context, 0);
  if (expression == nullptr) return {};
  if (expression->empty()) return refused(args, context, 0, "the expression is empty", "as in \"attribute:ecs.instance-type =~ m7g.*\"");
  Map map;
  map.emplace("kind", make_string("member_of"));
  map.emplace("expression", make_string(*expression, {.span = args.items[0].span}));
  return make_map(std::move(map));
}

Value tag(Arguments args, Context context) {
  const std::string* key = text(args, context, 0);
  const std::string* value = key == nullptr ? nullptr : text(args, context, 1);
  if (value == nullptr) return {};
  if (key->empty()) return refused(args, context, 0, "a tag has a key", "this one is empty");
  Map choice;
  choice.emplace("tag", args.items[0].value);
  choice.emplace("value", args.items[1].value);
  return make_map(std::move(choice));
}

}  // namespace berth::sema::functions
