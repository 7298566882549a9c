// Calls: functions of the source and of the language.
#include <algorithm>

#include <fmt/format.h>

#include "compiler/sema/builtins.h"
#include "compiler/sema/infer_expr.h"

namespace berth::sema::infer {

using Kind = Type::Kind;

Known Expressions::call(const ast::Call& node, Span span) {
  const Symbol* symbol = nullptr;
  if (const auto* callee = ast::as<ast::NameRef>(*node.callee)) {
    symbol = scope_.find(callee->name);
    if (symbol == nullptr) return call_builtin(callee->name.text, node, span);
  } else if (const auto* member = ast::as<ast::Member>(*node.callee)) {
    // `naming.slug(…)`; of other members (`db.key(…)`) only the arguments are looked at.
    const auto* base = ast::as<ast::NameRef>(*member->object);
    const Symbol* module = base == nullptr ? nullptr : scope_.find(base->name);
    if (module != nullptr && module->kind == Symbol::Kind::module) {
      symbol = scope_.in_module(member->name.text, module->module);
    } else {
      const Known object = infer(*member->object);
      if (object.nullable && !member->optional) may_be_null(*member->object, object);
    }
  }
  if (symbol != nullptr && symbol->kind == Symbol::Kind::function && symbol->item != nullptr) return call_function(*symbol, node, span);
  for (const ast::Argument& argument : node.arguments) infer(*argument.value);
  return Known();
}

Known Expressions::call_function(const Symbol& symbol, const ast::Call& node, Span span) {
  const auto& function = std::get<ast::Fn>(symbol.item->node);
  std::vector<bool> set(function.params.size(), false);
  std::size_t next = 0;
  bool good = true;
  for (const ast::Argument& argument : node.arguments) {
    std::size_t at = next;
    if (argument.name) {
      const auto named = std::find_if(function.params.begin(), function.params.end(), [&](const ast::FnParam& p) { return p.name.text == argument.name->text; });
      at = static_cast<std::size_t>(named - function.params.begin());
    } else {
      ++next;
    }
    if (at >= function.params.size() || set[at]) {
      if (good) {
        report("E0125", argument.span, fmt::format("`{}` does not take this argument", symbol.name), set.size() > at ? "given twice" : "one too many, or unknown")
            .label(symbol.span, "declared here");
      }
      good = false;
      infer(*argument.value);
      continue;
    }
    const ast::FnParam& param = function.params[at];
    set[at] = true;
    check(*argument.value, *type_of(*param.type), {.name = param.name.text, .declared = param.type->span});
  }
  for (std::size_t i = 0; i < set.size() && good; ++i) {
    const ast::FnParam& param = function.params[i];
    if (set[i] || param.default_value != nullptr) continue;
    report("E0125", span, fmt::format("`{}` needs a value for `{}`", symbol.name, param.name.text), "missing here").label(param.span, "declared here");
    good = false;
  }
  return Known(type_of(*function.result));
}

Known Expressions::call_builtin(std::string_view name, const ast::Call& node, Span span) {
  const Builtin* builtin = find_builtin(name);
  const Signature* signature = find_signature(name);
  const bool positional = std::none_of(node.arguments.begin(), node.arguments.end(), [](const ast::Argument& argument) { return argument.name.has_value(); });
  if (builtin != nullptr && positional && (node.arguments.size() < builtin->minimum || node.arguments.size() > builtin->maximum)) {
    for (const ast::Argument& argument : node.arguments) infer(*argument.value);
    report("E0125", span, fmt::format("`{}` is called with {} arguments", name, node.arguments.size()), fmt::format("it is `{}`", builtin->signature));
    return Known();
  }
  std::vector<Known> arguments;
  bool good = true;
  for (std::size_t i = 0; i < node.arguments.size(); ++i) {
    const ast::Expr& value = *node.arguments[i].value;
    arguments.push_back(infer(value));
    if (signature == nullptr || node.arguments[i].name) continue;
    const Wanted wanted = signature->wanted[std::min(i, signature->wanted.size() - 1)];
    if (wanted == Wanted::anything) continue;
    if (arguments.back().nullable) {
      may_be_null(value, arguments.back());
      good = false;
    } else if (!suits(arguments.back(), wanted)) {
      report("E0105", value.span, fmt::format("`{}` needs {} here, not {}", name, wanted_phrase(wanted), phrase(arguments.back())), "this is " + phrase(arguments.back()));
      good = false;
    }
  }
  return signature == nullptr || !good ? Known() : signature->result(arguments);
}

void Expressions::function(const ast::Fn& function) {
  const std::size_t outer = depth();
  for (const ast::FnParam& param : function.params) {
    if (param.default_value != nullptr) check(*param.default_value, *type_of(*param.type), {.name = param.name.text, .declared = param.type->span});
  }
  for (const ast::FnParam& param : function.params) enter(param.name.text, Known(type_of(*param.type)));
  check(*function.value, *type_of(*function.result), {.name = function.name.text, .declared = function.result->span});
  leave(outer);
}

}  // namespace berth::sema::infer
