// Functions that write values in the notation of other programs.
#include "compiler/sema/builtin_functions.h"

#include <cstdint>
#include <optional>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/json.h"
#include "compiler/sema/hidden.h"
#include "compiler/sema/rational.h"

namespace berth::sema::functions {
namespace {

/// Writes values as JSON, or as YAML, which takes JSON's scalars as they are.
class Writer {
 public:
  Writer(Arguments args, Context context) : args_(args), context_(context) {}

  bool json(const Value& value) {
    if (const List* items = value.as_list()) return json_list(*items);
    if (const Map* entries = value.as_map(); entries != nullptr && !value.secret) return json_map(*entries);
    return scalar(value);
  }

  bool yaml(const Value& value, std::size_t indent, bool in_list) {
    if (!room()) return false;
    if (const List* items = value.as_list(); items != nullptr && !items->empty()) {
      for (const Value& item : *items) {
        line_start(indent, in_list && &item == items->data());
        out_ += "- ";
        if (!yaml(item, indent + 2, true)) return false;
      }
      return true;
    }
    const Map* entries = value.as_map();
    if (entries == nullptr || entries->empty() || value.secret) {
      if (!json(value)) return false;
      out_ += '\n';
      return true;
    }
    bool first = true;
    for (const auto& [key, item] : *entries) {
      line_start(indent, in_list && first);
      first = false;
      out_ += Json(key).dump() + ":";
      const bool nested = (item.as_list() != nullptr && !item.as_list()->empty()) || (item.as_map() != nullptr && !item.as_map()->empty() && !item.secret);
      out_ += nested ? "\n" : " ";
      if (!yaml(item, indent + 2, false)) return false;
    }
    return true;
  }

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void line_start(std::size_t indent, bool continues) {
    if (!continues) out_.append(indent, ' ');
  }

  /// Stops what grows beyond a string's limit; the caller makes the error of it.
  bool room() { return out_.size() <= Limits::kStringBytes; }

  bool json_list(const List& items) {
    out_ += '[';
    for (const Value& item : items) {
      if (&item != items.data()) out_ += ',';
      if (!room() || !json(item)) return false;
    }
    out_ += ']';
    return true;
  }

  bool json_map(const Map& entries) {
    out_ += '{';
    bool first = true;
    for (const auto& [key, item] : entries) {
      if (!first) out_ += ',';
      first = false;
      out_ += Json(key).dump() + ":";
      if (!room() || !json(item)) return false;
    }
    out_ += '}';
    return true;
  }

  bool scalar(const Value& value) {
    if (value.secret) {
      report_secret_as_text(args_.items[0].span, context_.reporter);
      return false;
    }
    const std::int64_t* integer = value.as_integer();
    if (value.null()) {
      out_ += "null";
    } else if (const bool* b = value.as_bool()) {
      out_ += *b ? "true" : "false";
    } else if (integer != nullptr) {
      out_ += std::to_string(*integer);
    } else if (const Rational* number = value.as_decimal()) {
      const std::string written = spell(*number);
      if (written.find('/') != std::string::npos) return refuse(fmt::format("`{}` has no exact writing in digits", value.sensitive ? "(sensitive)" : written), value);
      out_ += written;
    } else if (const std::string* text = value.as_string()) {
      out_ += Json(*text).dump(-1, ' ', false, Json::error_handler_t::replace);
    } else {
      return refuse(fmt::format("`{}` cannot write {}", args_.function, kind_phrase(value)), value);
    }
    return true;
  }

  bool refuse(const std::string& message, const Value& value) {
    Diagnostic& diagnostic = context_.reporter.report("E0105", args_.items[0].span, message, "it has " + describe(value));
    if (value.as_quantity() != nullptr) diagnostic.help("`x / 1 MiB` is a number of MiB, `string(x)` the text");
    return false;
  }

  Arguments args_;
  Context context_;
  std::string out_;
};

std::optional<std::string> json_text(Arguments args, Context context) {
  if (!context.budget.take_elements(size_of(args.items[0].value), args.span)) return std::nullopt;
  Writer writer(args, context);
  const std::size_t errors = context.reporter.errors();
  static_cast<void>(writer.json(args.items[0].value));
  return context.reporter.errors() == errors ? std::optional(writer.take()) : std::nullopt;
}

}  // namespace

Value json(Arguments args, Context context) {
  auto written = json_text(args, context);
  return written ? text_result(args, context, *std::move(written)) : Value{};
}

Value yaml(Arguments args, Context context) {
  if (!context.budget.take_elements(size_of(args.items[0].value), args.span)) return {};
  Writer writer(args, context);
  const std::size_t errors = context.reporter.errors();
  static_cast<void>(writer.yaml(args.items[0].value, 0, false));
  return context.reporter.errors() == errors ? text_result(args, context, writer.take()) : Value{};
}

Value hash(Arguments args, Context context) {
  if (const std::string* bytes = args.items[0].value.as_string()) {
    context.budget.take_steps(static_cast<std::int64_t>(bytes->size() / Limits::kBytesPerStep), args.span);
    return make_string(sha256_hex(*bytes));
  }
  const auto written = json_text(args, context);
  return written ? make_string(sha256_hex(*written)) : Value{};
}

Value base64(Arguments args, Context context) {
  static constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::string* bytes = text(args, context, 0);
  if (bytes == nullptr) return {};
  std::string result;
  for (std::size_t i = 0; i < bytes->size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = group << 8U | (i + k < bytes->size() ? static_cast<unsigned char>((*bytes)[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) result += i + k > bytes->size() ? '=' : kDigits[group >> (18U - 6U * k) & 63U];
  }
  return text_result(args, context, std::move(result));
}

}  // namespace berth::sema::functions
