#include "compiler/sema/component.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/suggest.h"
#include "compiler/sema/declare.h"

namespace berth::sema {

Component::Component(const Symbol& symbol) : symbol_(symbol) {
  for (const ast::Item& item : items()) {
    if (const auto* param = ast::as<ast::Param>(item)) params_.push_back(param);
    const auto* entry = ast::as<ast::Entry>(item);
    if (entry != nullptr && entry->labels.size() == 1 && entry->labels.front().is_literal() && entry->labels.front().text() == "this") this_ = entry;
  }
}

const ast::Param* Component::param(std::string_view name) const {
  const auto found = std::find_if(params_.begin(), params_.end(), [&](const ast::Param* param) { return param->name.text == name; });
  return found == params_.end() ? nullptr : *found;
}

std::optional<BlockParameter> block_parameter(const ast::TypeExpr& type) {
  const auto* named = ast::as<ast::NamedType>(type);
  if (named == nullptr || named->path.size() != 1) return std::nullopt;
  const std::string& word = named->path.front().text;
  if (word != "block" && word != "blocks") return std::nullopt;
  BlockParameter result{.kind = std::nullopt, .many = word == "blocks"};
  if (named->arguments.size() != 1) return result;
  const auto* inner = std::get_if<ast::TypeExprPtr>(&named->arguments.front());
  const auto* kind = inner == nullptr ? nullptr : ast::as<ast::NamedType>(**inner);
  if (kind != nullptr && kind->arguments.empty()) result.kind = find_block_kind(kind->path.front().text, kind->path.size() > 1 ? kind->path[1].text : "");
  return result;
}

void Caller::collect(const Component& component, const std::vector<ast::Item>& items, const FramePtr& frame, const ProvenancePtr& by, Arguments& arguments) {
  Written written;
  collect(component, items, frame, by, arguments, written);
}

void Caller::collect(const Component& component, const std::vector<ast::Item>& items, const FramePtr& frame, const ProvenancePtr& by, Arguments& arguments,
                     Written& written) {
  const FramePtr inner = evaluator_.with_lets(items, frame);
  for (const ast::Item& item : items) {
    if (evaluator_.budget().exhausted()) return;
    if (const auto* node = ast::as<ast::Entry>(item)) {
      entry(component, *node, inner, by, arguments, written);
    } else if (const auto* choice = ast::as<ast::If>(item)) {
      evaluator_.branches(*choice, inner, [&](const ast::Body& body) { collect(component, body.items, inner, by, arguments, written); });
    } else if (const auto* loop = ast::as<ast::For>(item)) {
      evaluator_.for_each(loop->clause, inner, [&](const FramePtr& turn) { collect(component, loop->body.items, turn, by, arguments, written); });
    } else if (ast::as<ast::Let>(item) == nullptr) {
      evaluator_.reporter().report("E0220", item.span, fmt::format("this cannot stand in a call of `{}`", component.symbol().name), "only settings and blocks");
    }
  }
}

void Caller::entry(const Component& component, const ast::Entry& entry, const FramePtr& frame, const ProvenancePtr& by, Arguments& arguments, Written& written) {
  Reporter& reporter = evaluator_.reporter();
  if (!entry.key.is_literal()) {
    reporter.report("E0201", entry.key.span(), fmt::format("the parameters of `{}` have written names", component.symbol().name), "a computed name");
    return;
  }
  const std::string word(entry.key.text());
  const ast::Param* param = component.param(word);
  if (param == nullptr) {
    std::vector<std::string> names;
    for (const ast::Param* known : component.params()) names.push_back(known->name.text);
    Diagnostic& diagnostic = reporter.report("E0201", entry.key.span(), fmt::format("`{}` has no parameter `{}`", component.symbol().name, word), "unknown");
    diagnostic.label(component.symbol().span, fmt::format("`{}` is declared here", component.symbol().name));
    if (const auto meant = suggest(word, names)) {
      diagnostic.help(fmt::format("did you mean `{}`?", *meant)).fix(entry.key.span(), *meant);
    } else {
      diagnostic.note(fmt::format("it has: {}", fmt::join(names, ", ")));
    }
    return;
  }
  const auto block = block_parameter(*param->type);
  if (!block && entry.is_block()) {
    reporter.report("E0220", entry.key.span(), fmt::format("`{}` is a value, not a block", word), "a block")
        .label(param->name.span, "the parameter")
        .help(fmt::format("write `{} = …`", word));
    return;
  }
  // A block may be written several times when the parameter takes several.
  const bool unset = !entry.is_block() && ast::as<ast::Null>(*entry.value) != nullptr;
  const std::string key = block && block->many && !entry.labels.empty() && entry.labels.back().is_literal() ? word + " " + std::string(entry.labels.back().text()) : word;
  if (const auto [before, added] = written.emplace(key, header_span(entry)); !added && !(block && block->many && before->second == header_span(entry))) {
    reporter.report("E0203", header_span(entry), fmt::format("`{}` is set twice in this block", key), "set again here").label(before->second, "first set here").help("remove one of them");
    return;
  }
  if (!block) {
    arguments.values[word].push_back({entry.value.get(), frame, entry.key.span(), by});
    return;
  }
  std::vector<Piece>& pieces = arguments.blocks[word];
  if (unset && entry.labels.empty()) {
    pieces.clear();
  } else {
    pieces.push_back({&entry, frame, by});
  }
}

FramePtr Caller::bind(const Component& component, const Arguments& arguments, const FramePtr& outer, Span header) {
  // Never null, also for a component without parameters.
  FramePtr frame = extend(outer, {});
  bool good = true;
  for (const ast::Param* param : component.params()) {
    Value value = value_of(component, *param, arguments, frame, header);
    good = good && !value.poisoned();
    frame = extend(frame, {{param->name.text, std::move(value)}});
  }
  return good ? frame : nullptr;
}

Value Caller::value_of(const Component& component, const ast::Param& param, const Arguments& arguments, const FramePtr& frame, Span header) {
  Reporter& reporter = evaluator_.reporter();
  const auto missing = [&]() -> Value {
    reporter.report("E0213", header, fmt::format("this {} has no `{}`", component.symbol().name, param.name.text), fmt::format("`{}` is missing", param.name.text))
        .label(param.name.span, "the parameter has no default")
        .help(fmt::format("add `{} …`", param.name.text));
    return {};
  };
  if (const auto block = block_parameter(*param.type)) {
    const auto written = arguments.blocks.find(param.name.text);
    if (!block->kind) return {};
    if (written == arguments.blocks.end() || written->second.empty()) {
      if (block->many || param.type->optional) return {Null{}, {.span = header}};
      return missing();
    }
    auto handle = std::make_shared<BlockHandle>();
    handle->kind = block->kind;
    handle->pieces = written->second;
    return {BlockPtr(std::move(handle)), {.span = header_span(*written->second.front().entry)}};
  }
  const TypePtr type = evaluator_.type_of(*param.type);
  const Place place{.name = param.name.text, .written = {}, .declared = param.type->span};
  const auto written = arguments.values.find(param.name.text);
  Value value{Null{}, {.span = header}};
  bool given = false;
  if (written != arguments.values.end()) {
    const Writing& last = written->second.back();
    value = evaluator_.evaluate_setting(*last.value, *type, place, last.frame);
    given = !value.null();
    if (given && !value.origin.span.valid()) value.origin.span = last.value->span;
  }
  if (!given && !value.poisoned()) {
    if (param.default_value != nullptr) {
      value = evaluator_.evaluate_as(*param.default_value, *type, place, frame);
    } else if (type->kind == Type::Kind::unknown) {
      return {};
    } else if (!type->optional) {
      return missing();
    }
  }
  for (const ast::Where& where : param.wheres) {
    if (!value.poisoned() && !value.null() && !evaluator_.holds(where, value, value.origin.span)) return {};
  }
  return value;
}

}  // namespace berth::sema
