// Members, modules and calls: what stands behind `.` and before `( )`.
#include <algorithm>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/suggest.h"
#include "base/words.h"
#include "compiler/sema/builtins.h"
#include "compiler/sema/evaluate.h"
#include "compiler/sema/hidden.h"
#include "compiler/sema/image.h"
#include "ir/schema.h"

namespace berth::sema {
namespace {

void unknown_in_module(const Symbol& module, const ast::Name& name, Scope& scope, Reporter& reporter) {
  std::vector<std::string> names;
  for (const Symbol& symbol : scope.symbols()) {
    if (symbol.module == module.module && symbol.kind != Symbol::Kind::module) names.push_back(symbol.name);
  }
  Diagnostic& diagnostic = reporter.report("E0204", name.span, fmt::format("the module `{}` has no `{}`", module.name, name.text), "nothing has this name");
  if (const auto meant = suggest(name.text, names)) diagnostic.help(fmt::format("did you mean `{}`?", *meant)).fix(name.span, *meant);
}

/// The address of an extern that has only a text: the text where it is a name, else something like it with a hash.
std::string extern_name(const std::string& text) {
  std::string name = text;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-'); }, '-');
  constexpr std::size_t kMaxName = 60;
  constexpr std::size_t kHash = 8;
  if (name == text && name.size() <= kMaxName) return name;
  return name.substr(0, kMaxName) + "-" + sha256_hex(text).substr(0, kHash);
}

/// The first argument of `firelens` is the bare name of a container of the task. Null where an argument is an ordinary value.
Value bare_argument(std::string_view function, std::size_t position, const ast::Expr& argument, const FramePtr& frame, std::vector<BareName>& names) {
  const auto* name = ast::as<ast::NameRef>(argument);
  if (function != "firelens" || position != 0 || name == nullptr || (frame != nullptr && frame->find(name->name.text) != nullptr)) return {Null{}, {}};
  names.push_back({"container", name->name.text, argument.span});
  return make_string(name->name.text, {.span = argument.span});
}

}  // namespace

Value Evaluator::member(const ast::Member& node, const FramePtr& frame) {
  if (const auto* name = ast::as<ast::NameRef>(*node.object); name != nullptr && (frame == nullptr || frame->find(name->name.text) == nullptr)) {
    Symbol* symbol = is_reserved(name->name.text) ? nullptr : scope_.find(name->name);
    if (symbol != nullptr && symbol->kind == Symbol::Kind::module) return module_member(*symbol, node.name);
  }
  const Value object = evaluate(*node.object, frame);
  if (object.poisoned()) return {};
  if (object.null()) {
    if (node.optional) return object;
    reporter_.report("E0110", node.object->span, "this is null here", "null has no members").help(fmt::format("`?.{}` gives null then", node.name.text));
    return {};
  }
  if (object.secret) return report_secret(node.object->span, "read", reporter_);
  if (object.image) return through(image_member(object, node.name, lock, reporter_), object.origin.via);
  if ((object.as_reference() != nullptr || object.as_block() != nullptr) && reader != nullptr) {
    Value value = reader->member(object, node.name, node.object->span);
    return value.as_reference() != nullptr ? value : through(std::move(value), object.origin.via);
  }
  const Map* map = object.as_map();
  if (map == nullptr) {
    reporter_.report("E0117", node.name.span, fmt::format("{} has no members", kind_phrase(object)), "only maps and records have")
        .label(node.object->span, "this is " + describe(object));
    return {};
  }
  const auto found = map->find(node.name.text);
  if (found != map->end()) return tainted_by(through(found->second, object.origin.via), object.sensitive);
  std::vector<std::string> names;
  for (const auto& [key, item] : *map) names.push_back(key);
  Diagnostic& diagnostic = reporter_.report("E0121", node.name.span, fmt::format("there is no `{}` here", node.name.text), "not in the map");
  if (const auto meant = suggest(node.name.text, names)) {
    diagnostic.help(fmt::format("did you mean `{}`?", *meant)).fix(node.name.span, *meant);
  } else {
    diagnostic.note("it has: " + (names.empty() ? std::string("nothing") : fmt::format("{}", fmt::join(names, ", "))));
  }
  return {};
}

// ---- calls -------------------------------------------------------------------------------------------------------------------------

Value Evaluator::call(const ast::Call& node, Span span, const FramePtr& frame) {
  if (const auto* member = ast::as<ast::Member>(*node.callee)) return call_member(*member, node, span, frame);
  const auto* callee = ast::as<ast::NameRef>(*node.callee);
  if (callee == nullptr) {
    if (ast::as<ast::Bad>(*node.callee) == nullptr) reporter_.report("E0125", node.callee->span, "only functions are called, by their name", "not a function");
    return {};
  }
  Symbol* symbol = scope_.find(callee->name);
  if (symbol != nullptr && symbol->kind == Symbol::Kind::function) return call_function(*symbol, node, span, frame);
  if (symbol != nullptr) {
    if (symbol->kind != Symbol::Kind::uncarried) {
      reporter_.report("E0125", callee->name.span, fmt::format("`{}` is {}, not a function", symbol->name, with_article(symbol->word)), "cannot be called").label(symbol->span, "declared here");
    }
    return {};
  }
  constexpr std::string_view kExtern = "extern_";
  if (callee->name.text.starts_with(kExtern)) {
    const ir::schema::Block* kind = ir::schema::extern_kind(std::string_view(callee->name.text).substr(kExtern.size()));
    if (kind != nullptr && !kind->primary_field.empty()) return inline_extern(*kind, node, span, frame);
  }
  return call_builtin(callee->name, node, span, frame);
}

Value Evaluator::call_builtin(const ast::Name& name, const ast::Call& node, Span span, const FramePtr& frame) {
  const Builtin* builtin = find_builtin(name.text);
  if (builtin == nullptr) {
    std::vector<std::string> names;
    for (const Builtin& row : builtins()) names.emplace_back(row.name);
    Diagnostic& diagnostic = reporter_.report("E0204", name.span, fmt::format("unknown function `{}`", name.text), "nothing has this name");
    if (const auto meant = suggest(name.text, names)) diagnostic.help(fmt::format("did you mean `{}`?", *meant)).fix(name.span, *meant);
    return {};
  }
  CallArguments arguments{.items = {}, .span = span, .function = builtin->name};
  for (const ast::Argument& argument : node.arguments) {
    Value value = bare_argument(builtin->name, arguments.items.size(), *argument.value, frame, bare_names);
    if (value.null()) value = evaluate(*argument.value, frame);
    if (value.poisoned()) return {};
    if (argument.name && !takes_by_name(*builtin, argument.name->text)) {
      reporter_.report("E0125", argument.name->span, fmt::format("`{}` has no argument `{}`", builtin->name, argument.name->text),
                       fmt::format("it is `{}`", builtin->signature));
      return {};
    }
    arguments.items.push_back({argument.name ? std::string_view(argument.name->text) : std::string_view(), std::move(value), argument.value->span});
  }
  if (arguments.items.size() < builtin->minimum || arguments.items.size() > builtin->maximum) {
    reporter_.report("E0125", span, fmt::format("`{}` is called with {} arguments", builtin->name, arguments.items.size()),
                     fmt::format("it is `{}`", builtin->signature));
    return {};
  }
  BuiltinContext context{reporter_, budget_, &host};
  Value result = run_builtin(*builtin, arguments, context);
  const std::string* via = nullptr;
  for (const auto& argument : arguments.items) via = via == nullptr ? argument.value.origin.via : via;
  result.origin = {.span = span, .via = via};
  if (!result.poisoned() && builtin->name == "plain") plain.insert(span);
  if (!result.poisoned() && builtin->name == "floating") floating.insert(span);
  return result;
}


Value Evaluator::module_member(const Symbol& module, const ast::Name& name) {
  Symbol* symbol = scope_.in_module(name.text, module.module);
  if (symbol != nullptr && symbol->kind == Symbol::Kind::let) return value_of(*symbol, name.span);
  if (symbol != nullptr) {
    reporter_.report("E0125", name.span, fmt::format("`{}` of `{}` is {}, not a value", name.text, module.name, with_article(symbol->word)), "not a value").label(symbol->span, "declared here");
    return {};
  }
  unknown_in_module(module, name, scope_, reporter_);
  return {};
}

Value Evaluator::call_member(const ast::Member& callee, const ast::Call& node, Span span, const FramePtr& frame) {
  if (const auto* name = ast::as<ast::NameRef>(*callee.object); name != nullptr && (frame == nullptr || frame->find(name->name.text) == nullptr)) {
    Symbol* module = is_reserved(name->name.text) ? nullptr : scope_.find(name->name);
    if (module != nullptr && module->kind == Symbol::Kind::module) {
      Symbol* symbol = scope_.in_module(callee.name.text, module->module);
      if (symbol != nullptr && symbol->kind == Symbol::Kind::function) return call_function(*symbol, node, span, frame);
      if (symbol == nullptr) {
        unknown_in_module(*module, callee.name, scope_, reporter_);
      } else {
        reporter_.report("E0125", callee.name.span, fmt::format("`{}` is {}, not a function", symbol->name, with_article(symbol->word)), "cannot be called").label(symbol->span, "declared here");
      }
      return {};
    }
  }
  const Value object = evaluate(*callee.object, frame);
  if (object.poisoned()) return {};
  const ir::Reference* reference = object.as_reference();
  if (reference != nullptr && reference->target.kind == "secret" && callee.name.text == "key") return secret_key(*reference, node, span, frame);
  if (callee.name.text == "has_container" && (object.as_map() != nullptr || reference != nullptr)) return has_container(object, node, callee.object->span, frame);
  reporter_.report("E0125", callee.name.span, fmt::format("{} has no function `{}`", describe(object), callee.name.text), "cannot be called")
      .note("functions of values are: `key` of a secret, `has_container` of a service or task");
  return {};
}

/// `db.key("url", version = "AWSPREVIOUS", version_id = "…")`
Value Evaluator::secret_key(const ir::Reference& secret, const ast::Call& node, Span span, const FramePtr& frame) {
  SecretRequest request{.source = secret, .key = "", .version_stage = "", .version_id = ""};
  for (const ast::Argument& argument : node.arguments) {
    std::string* target = nullptr;
    if (!argument.name) target = &request.key;
    if (argument.name && argument.name->text == "version") target = &request.version_stage;
    if (argument.name && argument.name->text == "version_id") target = &request.version_id;
    const Value value = target == nullptr ? Value{} : evaluate(*argument.value, frame);
    if (target == nullptr || !target->empty()) {
      reporter_.report("E0125", argument.span, "`key` does not take this argument", "it is `key(\"name\", version = \"…\", version_id = \"…\")`");
      return {};
    }
    if (value.poisoned()) return {};
    if (value.as_string() == nullptr || value.as_string()->empty()) {
      reporter_.report("E0105", argument.value->span, fmt::format("expected a text, found {}", describe(value)), "the name of a key of the secret");
      return {};
    }
    *target = *value.as_string();
  }
  if (request.key.empty()) {
    reporter_.report("E0125", span, "`key` needs the name of a key", "it is `key(\"name\", version = \"…\", version_id = \"…\")`").help("the whole secret is written without `.key(…)`");
    return {};
  }
  return make_secret(std::move(request), {.span = span});
}

/// `s.has_container("migrate")` of a service or task, or of what a `check` sees of one.
Value Evaluator::has_container(const Value& object, const ast::Call& node, Span object_span, const FramePtr& frame) {
  if (node.arguments.size() != 1 || node.arguments.front().name) {
    reporter_.report("E0125", object_span, "`has_container` takes the name of a container", "it is `has_container(\"name\")`");
    return {};
  }
  const Value name = evaluate(*node.arguments.front().value, frame);
  if (name.poisoned()) return {};
  if (name.as_string() == nullptr) {
    reporter_.report("E0105", node.arguments.front().value->span, fmt::format("expected a text, found {}", describe(name)), "the name of a container");
    return {};
  }
  Value holder = object;
  if (const ir::Reference* reference = object.as_reference(); reference != nullptr && reader != nullptr) {
    if (reference->target.kind != "task") holder = reader->member(holder, {"task", object_span}, object_span);
    if (!holder.poisoned()) holder = reader->member(holder, {"container", object_span}, object_span);
    if (holder.poisoned() || holder.as_block() == nullptr) return {};
    holder = reader->elements(*holder.as_block(), object_span);
    return {holder.as_map() != nullptr && holder.as_map()->contains(*name.as_string()), {.span = object_span}};
  }
  const auto containers = object.as_map()->find("containers");
  const List* list = containers == object.as_map()->end() ? nullptr : containers->second.as_list();
  const bool found = list != nullptr && std::any_of(list->begin(), list->end(), [&](const Value& container) {
    const Map* fields = container.as_map();
    const auto known = fields == nullptr ? Map::const_iterator() : fields->find("name");
    return fields != nullptr && known != fields->end() && equal(known->second, name);
  });
  return {found, {.span = object_span}};
}

/// `extern_topic("alerts")`: an extern without a name of its own; the same text is the same one.
Value Evaluator::inline_extern(const ir::schema::Block& kind, const ast::Call& node, Span span, const FramePtr& frame) {
  if (node.arguments.size() != 1 || node.arguments.front().name) {
    reporter_.report("E0125", span, fmt::format("`extern_{}` takes one text", kind.kind), fmt::format("it is `extern_{}(\"{}\")`", kind.kind, kind.primary_field));
    return {};
  }
  const ast::Expr& argument = *node.arguments.front().value;
  const Value value = evaluate(argument, frame);
  if (value.poisoned()) return {};
  if (value.as_string() == nullptr || value.as_string()->empty()) {
    reporter_.report("E0105", argument.span, fmt::format("expected a text, found {}", describe(value)), fmt::format("the {} of the {}", kind.primary_field, kind.kind));
    return {};
  }
  ir::Address address{std::string(kind.kind), extern_name(*value.as_string())};
  inline_externs.emplace(address, value);
  return {ir::Reference{std::move(address)}, {.span = span}};
}

Value Evaluator::call_function(Symbol& symbol, const ast::Call& node, Span span, const FramePtr& frame) {
  symbol.used = true;
  const auto& function = std::get<ast::Fn>(symbol.item->node);
  std::vector<std::pair<std::string_view, Value>> names(function.params.size());
  std::vector<bool> set(function.params.size(), false);
  std::size_t next = 0;
  for (const ast::Argument& argument : node.arguments) {
    std::size_t at = next;
    if (argument.name) {
      const auto named = std::find_if(function.params.begin(), function.params.end(), [&](const ast::FnParam& p) { return p.name.text == argument.name->text; });
      at = static_cast<std::size_t>(named - function.params.begin());
    } else {
      ++next;
    }
    if (at >= function.params.size() || set[at]) {
      reporter_.report("E0125", argument.span, fmt::format("`{}` does not take this argument", symbol.name), set.size() > at ? "given twice" : "one too many, or unknown")
          .label(symbol.span, "declared here");
      return {};
    }
    const ast::FnParam& param = function.params[at];
    names[at] = {param.name.text, evaluate_as(*argument.value, *type_of(*param.type), {.name = param.name.text, .written = {}, .declared = param.type->span}, frame)};
    set[at] = true;
  }
  for (std::size_t i = 0; i < set.size(); ++i) {
    const ast::FnParam& param = function.params[i];
    if (!set[i] && param.default_value == nullptr) {
      reporter_.report("E0125", span, fmt::format("`{}` needs a value for `{}`", symbol.name, param.name.text), "missing here").label(param.span, "declared here");
      return {};
    }
    if (!set[i]) {
      names[i] = {param.name.text, evaluate_as(*param.default_value, *type_of(*param.type), {.name = param.name.text, .written = {}, .declared = param.type->span}, nullptr)};
    }
    if (names[i].second.poisoned()) return {};
  }
  if (symbol.active_calls > 0) {
    reporter_.report("E0211", span, fmt::format("the function `{}` uses itself", symbol.name), "called while it is being computed")
        .label(symbol.span, "declared here")
        .note("functions may not recurse, so every file terminates");
    return {};
  }
  ++symbol.active_calls;
  const std::uint64_t reads = local_reads;
  Value result = evaluate_as(*function.value, *type_of(*function.result), {.name = symbol.name, .written = {}, .declared = function.result->span}, extend(nullptr, std::move(names)));
  local_reads = reads;  // a function reads its arguments, and nothing else
  --symbol.active_calls;
  if (!result.poisoned()) result.origin.span = span;
  return result;
}

}  // namespace berth::sema
