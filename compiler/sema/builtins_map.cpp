// Functions of maps, and of values that may be missing.
#include "compiler/sema/builtin_functions.h"



namespace berth::sema::functions {

Value keys(Arguments args, Context context) {
  const Map* entries = map(args, context, 0);
  if (entries == nullptr) return {};
  List items;
  for (const auto& [key, value] : *entries) items.push_back(make_string(key, value.origin));
  return make_list(std::move(items));
}

Value values(Arguments args, Context context) {
  const Map* entries = map(args, context, 0);
  if (entries == nullptr) return {};
  List items;
  for (const auto& [key, value] : *entries) items.push_back(value);
  return make_list(std::move(items));
}

Value merge(Arguments args, Context context) {
  Map merged;
  for (std::size_t i = 0; i < args.items.size(); ++i) {
    const Map* entries = map(args, context, i);
    if (entries == nullptr) return {};
    for (const auto& [key, value] : *entries) merged.insert_or_assign(key, value);
  }
  return make_map(std::move(merged));
}

Value lookup(Arguments args, Context context) {
  const Map* entries = map(args, context, 0);
  const std::string* key = entries == nullptr ? nullptr : text(args, context, 1);
  if (key == nullptr) return {};
  const auto found = entries->find(*key);
  return found == entries->end() ? args.items[2].value : found->second;
}

Value coalesce(Arguments args, Context) {
  for (const auto& argument : args.items) {
    if (!argument.value.null()) return argument.value;
  }
  return {Null{}, {}};
}

}  // namespace berth::sema::functions
