#include "compiler/sema/infer_builtins.h"

#include <algorithm>
#include <unordered_map>

namespace berth::sema::infer {
namespace {

using Kind = Type::Kind;
using Arguments = const std::vector<Known>&;

Known boolean(Arguments) { return plain(Kind::boolean); }
Known integer(Arguments) { return plain(Kind::integer); }
Known decimal(Arguments) { return plain(Kind::decimal); }
Known text(Arguments) { return plain(Kind::string); }
Known texts(Arguments) { return list_of(plain(Kind::string)); }
Known schedule(Arguments) { return plain(Kind::schedule); }
Known image(Arguments) { return plain(Kind::image); }
Known nothing_certain(Arguments) { return Known(); }
Known position(Arguments) { return plain(Kind::integer).or_null(); }
Known integers(Arguments) { return list_of(plain(Kind::integer)); }

Known same(Arguments arguments) { return arguments.empty() ? Known() : arguments.front(); }

/// Without the refinements of the argument, which a computed value need not keep.
Known same_kind(Arguments arguments) {
  const Kind kind = arguments.empty() ? Kind::unknown : operand_kind(*arguments.front().type);
  return kind == Kind::integer || kind == Kind::decimal ? plain(kind) : Known();
}

Known element(Arguments arguments) { return arguments.empty() ? Known() : element_of(arguments.front()); }
Known values_of(Arguments arguments) { return list_of(arguments.empty() ? Known() : element_of(arguments.front())); }

Known flattened(Arguments arguments) {
  const Known inner = element(arguments);
  return inner.kind() == Kind::list ? inner.not_null() : list_of(Known());
}

/// The sum of nothing is the int 0, so only of ints the type is certain.
Known total(Arguments arguments) {
  const Kind kind = operand_kind(*element(arguments).type);
  return kind == Kind::integer ? plain(kind) : Known();
}

Known first_there_is(Arguments arguments) {
  Known result;
  for (std::size_t i = 0; i < arguments.size(); ++i) result = i == 0 ? arguments[i] : join(result, arguments[i]);
  result.nullable = std::all_of(arguments.begin(), arguments.end(), [](const Known& known) { return known.nullable; });
  result.null = false;
  return result;
}

Known extreme(Arguments arguments) {
  if (arguments.size() == 1) return element(arguments).not_null();
  return first_there_is(arguments).not_null();
}

Known merged(Arguments arguments) {
  Known element;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const Known next = element_of(arguments[i]);
    element = i == 0 ? next : join(element, next);
  }
  return map_of(element);
}

Known looked_up(Arguments arguments) {
  if (arguments.size() != 3 || arguments[0].kind() != Kind::map) return Known();
  return join(Known(arguments[0].type->element), arguments[2]);
}

const std::vector<Signature>& signatures() {
  using W = Wanted;
  static const std::vector<Signature> rows = {
      {"abs", {W::number}, same_kind},
      {"all", {W::bools}, boolean},
      {"any", {W::bools}, boolean},
      {"base64", {W::text}, text},
      {"ceil", {W::number}, integer},
      {"coalesce", {W::anything}, first_there_is},
      {"contains", {W::anything}, boolean},
      {"cron", {W::anything}, schedule},
      {"decimal", {W::number}, decimal},
      {"ends_with", {W::text}, boolean},
      {"every", {W::anything}, schedule},
      {"file", {W::anything}, text},
      {"first", {W::list}, element},
      {"flatten", {W::lists}, flattened},
      {"floating", {W::text}, text},
      {"floor", {W::number}, integer},
      {"format", {W::text, W::anything}, text},
      {"hash", {W::anything}, text},
      {"image", {W::text}, image},
      {"index_of", {W::list, W::anything}, position},
      {"int", {W::anything}, integer},
      {"join", {W::text, W::texts}, text},
      {"json", {W::anything}, text},
      {"keys", {W::map}, texts},
      {"last", {W::list}, element},
      {"length", {W::countable}, integer},
      {"lookup", {W::map, W::text, W::anything}, looked_up},
      {"lower", {W::text}, text},
      {"matches", {W::text}, boolean},
      {"max", {W::anything}, extreme},
      {"merge", {W::map}, merged},
      {"min", {W::anything}, extreme},
      {"mod", {W::anything}, same_kind},
      {"plain", {W::text}, text},
      {"range", {W::anything}, integers},
      {"replace", {W::text}, text},
      {"reveal", {W::anything}, same},
      {"round", {W::number}, integer},
      {"shell", {W::text}, texts},
      {"slug", {W::text}, text},
      {"sort", {W::list}, same},
      {"split", {W::text}, texts},
      {"starts_with", {W::text}, boolean},
      {"string", {W::anything}, text},
      {"sum", {W::list}, total},
      {"trim", {W::text}, text},
      {"unique", {W::list}, same},
      {"upper", {W::text}, text},
      {"values", {W::map}, values_of},
      {"yaml", {W::anything}, text},
      {"zip", {W::list}, nothing_certain},
  };
  return rows;
}

bool is_list_of(const Known& known, Kind kind) {
  if (known.kind() != Kind::list) return false;
  const Kind element = known.type->element == nullptr ? Kind::unknown : operand_kind(*known.type->element);
  return element == kind || element == Kind::unknown || element == Kind::any;
}

}  // namespace

const Signature* find_signature(std::string_view name) {
  static const auto by_name = [] {
    std::unordered_map<std::string_view, const Signature*> rows;
    for (const Signature& row : signatures()) rows.emplace(row.name, &row);
    return rows;
  }();
  const auto found = by_name.find(name);
  return found == by_name.end() ? nullptr : found->second;
}

bool suits(const Known& argument, Wanted wanted) {
  const Kind kind = operand_kind(*argument.type);
  // Records of the schema, secrets and the like are the functions' own to judge.
  const bool scalar = kind == Kind::boolean || kind == Kind::integer || kind == Kind::decimal || kind == Kind::string || kind == Kind::size ||
                      kind == Kind::cpu || kind == Kind::duration || kind == Kind::percent;
  const bool structure = kind == Kind::list || kind == Kind::map;
  if (!scalar && !structure) return true;
  switch (wanted) {
    case Wanted::anything: return true;
    case Wanted::text: return kind == Kind::string;
    case Wanted::list: return kind == Kind::list;
    case Wanted::texts: return is_list_of(argument, Kind::string);
    case Wanted::bools: return is_list_of(argument, Kind::boolean);
    case Wanted::lists: return is_list_of(argument, Kind::list);
    case Wanted::map: return kind == Kind::map;
    case Wanted::countable: return structure || kind == Kind::string;
    case Wanted::number: return kind == Kind::integer || kind == Kind::decimal;
  }
  return true;
}

std::string_view wanted_phrase(Wanted wanted) {
  switch (wanted) {
    case Wanted::anything: return "a value";
    case Wanted::text: return "a string";
    case Wanted::list: return "a list";
    case Wanted::texts: return "a list of strings";
    case Wanted::bools: return "a list of bools";
    case Wanted::lists: return "a list of lists";
    case Wanted::map: return "a map";
    case Wanted::countable: return "a list, a map or a string";
    case Wanted::number: return "an int or a decimal";
  }
  return "a value";
}

}  // namespace berth::sema::infer
