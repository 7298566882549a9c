// Functions that know a notation: images, versions, networks; and what crosses a border: files of the stack, the exits of lints and of sensitivity.
#include "compiler/sema/builtin_functions.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/hash.h"
#include "compiler/sema/hidden.h"
#include "compiler/sema/image.h"

namespace berth::sema::functions {
namespace {

std::string shortened(const std::string& text) {
  constexpr std::size_t kShown = 60;
  return text.size() > kShown ? text.substr(0, kShown) + "…" : text;
}

/// A number without sign or leading zeros, of at most `digits` digits.
std::optional<std::int64_t> digits_of(std::string_view text, std::size_t digits) {
  const bool good = !text.empty() && text.size() <= digits && (text == "0" || text.front() != '0') &&
                    std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!good) return std::nullopt;
  std::int64_t number = 0;
  for (const char c : text) number = number * 10 + (c - '0');
  return number;
}

/// The part before `separator`, which is taken off `rest` with it.
std::string_view next_part(std::string_view& rest, char separator) {
  const auto at = rest.find(separator);
  const std::string_view part = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + 1);
  return part;
}

/// Dot-separated identifiers of letters, digits and `-`, none of them empty.
bool identifiers(std::string_view text) {
  const auto allowed = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.'; };
  return !text.empty() && text.front() != '.' && text.back() != '.' && text.find("..") == std::string_view::npos && std::all_of(text.begin(), text.end(), allowed);
}

std::string address_text(std::uint32_t address) {
  return fmt::format("{}.{}.{}.{}", address >> 24U, address >> 16U & 255U, address >> 8U & 255U, address & 255U);
}

std::optional<std::uint32_t> address_of(std::string_view text) {
  if (std::count(text.begin(), text.end(), '.') != 3) return std::nullopt;
  std::uint32_t address = 0;
  for (int i = 0; i < 4; ++i) {
    const auto part = digits_of(next_part(text, '.'), 3);
    if (!part || *part > 255) return std::nullopt;
    address = address << 8U | static_cast<std::uint32_t>(*part);
  }
  return address;
}

/// Where `..` and absolute paths lead is nobody's business: only what lies below the stack's directory is its own.
bool inside(std::string_view path) {
  if (path.empty() || path.front() == '/' || path.find('\0') != std::string_view::npos) return false;
  for (std::string_view rest = path; !rest.empty();) {
    if (next_part(rest, '/') == "..") return false;
  }
  return true;
}

/// Whether the argument is a text that is written right there, without `${ }`.
bool written_out(const CallArguments::Argument& argument, const Reporter& reporter) {
  const std::string_view source = reporter.text(argument.span);
  const bool raw = source.starts_with("r\"");
  return raw || (source.starts_with('"') && source.find("${") == std::string_view::npos);
}

}  // namespace

Value image(Arguments args, Context context) {
  const Value& value = args.items[0].value;
  const std::string* name = text(args, context, 0);
  if (name == nullptr) return {};
  const auto parsed = parse_image(*name);
  if (parsed.index() == 1) {
    context.reporter
        .report("E0112", args.items[0].span, value.sensitive ? "this is not the name of an image" : fmt::format("the image `{}` {}", shortened(*name), std::get<1>(parsed)),
                "not an image name")
        .help("images are written `host/path:tag`, or with a digest `@sha256:…`");
    return {};
  }
  Value result = make_string(*name);
  result.image = true;
  return result;
}

Value semver(Arguments args, Context context) {
  const std::string* version = text(args, context, 0);
  if (version == nullptr) return {};
  std::string_view rest = *version;
  const auto plus = rest.find('+');
  const std::string_view build = plus == std::string_view::npos ? std::string_view() : rest.substr(plus + 1);
  rest = rest.substr(0, plus);
  const auto dash = rest.find('-');
  const std::string_view prerelease = dash == std::string_view::npos ? std::string_view() : rest.substr(dash + 1);
  rest = rest.substr(0, dash);
  constexpr std::size_t kDigits = 9;
  const bool three = std::count(rest.begin(), rest.end(), '.') == 2;
  const auto major = digits_of(next_part(rest, '.'), kDigits);
  const auto minor = digits_of(next_part(rest, '.'), kDigits);
  const auto patch = digits_of(rest, kDigits);
  const bool good = three && major && minor && patch && (dash == std::string_view::npos || identifiers(prerelease)) && (plus == std::string_view::npos || identifiers(build));
  if (!good) return refused(args, context, 0, fmt::format("`{}` is not a semantic version", shortened(spell(args.items[0].value))), "as in `1.4.2`, `2.0.0-rc.1`, `1.0.0+build5`");
  return make_map({{"major", make_integer(*major)},
                   {"minor", make_integer(*minor)},
                   {"patch", make_integer(*patch)},
                   {"prerelease", make_string(std::string(prerelease))},
                   {"build", make_string(std::string(build))}});
}

Value cidr(Arguments args, Context context) {
  const std::string* written = text(args, context, 0);
  if (written == nullptr) return {};
  std::string_view rest = *written;
  const auto address = address_of(next_part(rest, '/'));
  const auto prefix = digits_of(rest, 2);
  if (!address || !prefix || *prefix > 32) {
    return refused(args, context, 0, fmt::format("`{}` is not an IPv4 network", shortened(spell(args.items[0].value))), "as in `10.0.0.0/16`");
  }
  const std::uint32_t mask = *prefix == 0 ? 0U : 0xFFFFFFFFU << static_cast<unsigned>(32 - *prefix);
  if ((*address & ~mask) != 0) {
    return refused(args, context, 0, fmt::format("`{}` is an address inside a network", shortened(spell(args.items[0].value))),
                   args.items[0].value.sensitive ? "not a network" : fmt::format("the network is `{}/{}`", address_text(*address & mask), *prefix));
  }
  return make_map({{"network", make_string(address_text(*address))},
                   {"prefix", make_integer(*prefix)},
                   {"netmask", make_string(address_text(mask))},
                   {"last", make_string(address_text(*address | ~mask))},
                   {"size", make_integer(std::int64_t{1} << static_cast<unsigned>(32 - *prefix))}});
}

Value file(Arguments args, Context context) {
  const std::string* path = text(args, context, 0);
  if (path == nullptr) return {};
  if (args.items[0].value.sensitive) {
    report_sensitive(args.items[0].span, "the name of a file cannot be sensitive", "the program lists the files that it read", context.reporter);
    return {};
  }
  if (!inside(*path)) return refused(args, context, 0, fmt::format("`{}` is not a file of the stack", shortened(*path)), "only files below the stack's directory, without `..`, are read");
  if (context.host == nullptr || !context.host->read_file) return refused(args, context, 0, "files cannot be read here", "the stack has no directory");
  auto content = context.host->read_file(*path);
  if (!content) return refused(args, context, 0, fmt::format("`{}` cannot be read", shortened(*path)), content.error().message);
  context.host->files[*path] = sha256_hex(*content);
  return text_result(args, context, *std::move(content));
}

Value shell(Arguments args, Context context) {
  const std::string* command = text(args, context, 0);
  if (command == nullptr) return {};
  if (command->empty()) return wrong(args, context, 0, "a command that is not empty");
  const ir::Origin origin{.span = args.items[0].span};
  return make_list({make_string("CMD-SHELL", origin), tainted_by(make_string(*command, origin), args.items[0].value.sensitive)});
}

/// The exits of two lints: the text as it is, and a reason for whoever reads the source.
Value with_reason(Arguments args, Context context) {
  const std::string* value = text(args, context, 0);
  const std::string* reason = value == nullptr ? nullptr : text(args, context, 1);
  if (reason == nullptr) return {};
  if (args.items[1].name != "reason" || reason->empty()) {
    context.reporter.report("E0125", args.items[1].span, fmt::format("`{}` needs a reason", args.function), "written as `reason = \"…\"`");
    return {};
  }
  return args.items[0].value;
}

/// The exit of sensitivity. The reason is read by whoever reviews the plan, so it stands in the source as it is.
Value reveal(Arguments args, Context context) {
  const Value& value = args.items[0].value;
  const std::string* reason = text(args, context, 1);
  if (reason == nullptr) return {};
  if (reason->empty() || !written_out(args.items[1], context.reporter)) {
    return refused(args, context, 1, "the reason is a text that is written here", reason->empty() ? "it is empty" : "it is computed");
  }
  if (value.as_list() != nullptr || value.as_map() != nullptr) return wrong(args, context, 0, "a text, a number or a bool");
  if (context.host != nullptr) context.host->reveals[args.span] = *reason;
  return revealed(value);
}

}  // namespace berth::sema::functions
