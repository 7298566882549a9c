#include "cli/arguments.h"

#include <algorithm>
#include <charconv>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/suggest.h"

namespace berth::cli {
namespace {

/// One line of help.
struct Row {
  std::string left;
  std::string doc;
};

/// "-f,--follow" -> "-f, --follow"; "--out" -> "    --out".
std::string spaced(const std::string& names) {
  const std::size_t comma = names.find(',');
  if (comma == std::string::npos) return names.rfind("--", 0) == 0 ? "    " + names : names;
  return names.substr(0, comma) + ", " + names.substr(comma + 1);
}

std::string long_name(const std::string& names) {
  const std::size_t at = names.find("--");
  return at == std::string::npos ? names : names.substr(at);
}

std::string rows_text(const std::vector<Row>& rows) {
  std::size_t width = 0;
  for (const Row& row : rows) width = std::max(width, row.left.size());
  std::string text;
  for (const Row& row : rows) text += fmt::format("  {:{}}  {}\n", row.left, width, row.doc);
  return text;
}

}  // namespace

struct Arguments::State {
  explicit State(std::string name) : command(std::move(name)) {
    app.set_help_flag();
    app.allow_extras();
  }
  std::string command;
  CLI::App app;
  std::vector<Row> positionals;
  std::vector<Row> flags;
  std::vector<std::string> positional_usage;
  std::vector<std::string> flag_names;

  void remember(const std::string& names, const std::string& meta, const std::string& doc) {
    flags.push_back({spaced(names) + (meta.empty() ? "" : " " + meta), doc});
    flag_names.push_back(long_name(names));
  }
};

Arguments::Arguments(std::string command) : state_(std::make_unique<State>(std::move(command))) {}
Arguments::~Arguments() = default;

void Arguments::positional(const std::string& name, std::string& value, const std::string& doc) {
  state_->app.add_option(name, value);
  state_->positionals.push_back({name, doc});
  state_->positional_usage.push_back("[" + name + "]");
}

void Arguments::positionals(const std::string& name, std::vector<std::string>& values, const std::string& doc) {
  state_->app.add_option(name, values);
  state_->positionals.push_back({name, doc});
  state_->positional_usage.push_back("[" + name + "…]");
}

void Arguments::required(const std::string& name, std::string& value, const std::string& doc) {
  state_->app.add_option(name, value)->required();
  state_->positionals.push_back({name, doc});
  state_->positional_usage.push_back(name);
}

void Arguments::flag(const std::string& names, bool& value, const std::string& doc) {
  state_->app.add_flag(names, value);
  state_->remember(names, "", doc);
}

void Arguments::option(const std::string& names, std::string& value, const std::string& meta, const std::string& doc, const std::string& environment) {
  state_->app.add_option(names, value)->take_last();
  state_->remember(names, meta, environment.empty() ? doc : fmt::format("{} (${})", doc, environment));
}

void Arguments::repeated(const std::string& names, std::vector<std::string>& values, const std::string& meta, const std::string& doc,
                         const std::string& environment) {
  // One value a flag: what follows is the next argument.
  state_->app.add_option(names, values)->allow_extra_args(false);
  state_->remember(names, meta, environment.empty() ? doc : fmt::format("{} (${})", doc, environment));
}

void Arguments::choice(const std::string& names, std::string& value, const std::vector<std::string>& choices, const std::string& doc) {
  const std::string name = long_name(names);
  state_->app.add_option(names, value)->take_last()->check([choices, name](const std::string& text) {
    if (std::find(choices.begin(), choices.end(), text) != choices.end()) return std::string();
    const auto near = suggest(text, choices);
    return fmt::format("`{}` is no value of `{}`; {}", text, name,
                       near ? fmt::format("did you mean `{}`?", *near) : fmt::format("it is one of: {}", fmt::join(choices, ", ")));
  });
  state_->remember(names, fmt::format("{}", fmt::join(choices, "|")), doc);
}

void Arguments::number(const std::string& names, std::size_t& value, std::size_t minimum, std::size_t maximum, const std::string& meta,
                       const std::string& doc) {
  const std::string name = long_name(names);
  state_->app.add_option_function<std::string>(names, [&value](const std::string& text) { value = std::stoull(text); })
      ->take_last()
      ->check([=](const std::string& text) {
        std::size_t parsed = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), parsed);
        const bool good = error == std::errc() && end == text.data() + text.size() && parsed >= minimum && parsed <= maximum;
        return good ? std::string() : fmt::format("`{}` wants a number from {} to {}, found `{}`", name, minimum, maximum, text);
      });
  state_->remember(names, meta, doc);
}

Result<void> Arguments::parse(const std::vector<std::string>& arguments) {
  // CLI11 takes them from the back.
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    state_->app.parse(reversed);
  } catch (const CLI::ValidationError& error) {
    // The text is ours, behind the name that CLI11 puts in front.
    const std::string text = error.what();
    const std::size_t ours = text.find('`');
    return Error{"usage", ours == std::string::npos ? text : text.substr(ours)};
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string text = error.what();
    return Error{"usage", fmt::format("`{}` needs a value", text.substr(0, text.find(':')))};
  } catch (const CLI::RequiredError& error) {
    return Error{"usage", fmt::format("an argument is missing: {}", std::string(error.what()).substr(0, std::string(error.what()).find(" is required")))};
  } catch (const CLI::ParseError& error) {
    return Error{"usage", error.what()};
  }
  std::vector<std::string> extra = state_->app.remaining();
  // CLI11 leaves the mark that ends flags among what it did not use.
  const auto mark = std::find(extra.begin(), extra.end(), "--");
  for (auto text = extra.begin(); text != mark; ++text) {
    if (text->size() < 2 || text->front() != '-') continue;
    const std::string name = text->substr(0, text->find('='));
    const auto near = suggest(name, state_->flag_names);
    return Error{"usage", near ? fmt::format("unknown flag `{}`; did you mean `{}`?", name, *near) : fmt::format("unknown flag `{}`", name)};
  }
  if (mark != extra.end()) extra.erase(mark);
  if (!extra.empty()) return Error{"usage", fmt::format("unexpected argument `{}`", extra.front())};
  return {};
}

std::string Arguments::usage() const {
  std::string text = "usage: berth " + state_->command;
  if (!state_->flags.empty()) text += " [flags]";
  for (const std::string& name : state_->positional_usage) text += " " + name;
  return text + "\n";
}

std::string Arguments::describe() const {
  std::string text;
  if (!state_->positionals.empty()) text += "arguments:\n" + rows_text(state_->positionals);
  if (!state_->flags.empty()) text += (text.empty() ? "flags:\n" : "\nflags:\n") + rows_text(state_->flags);
  return text;
}

}  // namespace berth::cli
