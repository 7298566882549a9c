#include "compiler/sema/expand.h"

#include <fmt/format.h>

#include "base/words.h"
#include "compiler/sema/declare.h"

namespace berth::sema {
namespace {

using ir::schema::Block;

ProvenancePtr body_of(std::string_view kind, std::string_view name) {
  return std::make_shared<const Provenance>(Provenance{Provenance::Kind::body, fmt::format("{} {}", kind, name)});
}

}  // namespace

void Expander::stack(std::vector<ast::File>& files, bool release) {
  // What stands alone is known before the first condition is evaluated.
  for (ast::File& file : files) {
    for (ast::Item& item : file.items) {
      if (auto* node = std::get_if<ast::Entry>(&item.node)) entry(item, *node, nullptr, {.release = release ? node : nullptr});
    }
  }
  for (const ast::File& file : files) {
    for (const ast::Item& item : file.items) {
      if (ast::as<ast::If>(item) != nullptr || ast::as<ast::For>(item) != nullptr) choice_or_loop(item, nullptr, {});
    }
  }
}

void Expander::module(const std::vector<ast::File>& files) {
  for (const ast::File& file : files) {
    for (const ast::Item& item : file.items) {
      const auto* node = ast::as<ast::Entry>(item);
      if (node != nullptr && node->key.is_literal() && node->key.text() == "extern") external(item, *node, nullptr);
    }
  }
}

void Expander::choice_or_loop(const ast::Item& item, const FramePtr& frame, const Place& place) {
  if (const auto* choice = ast::as<ast::If>(item)) {
    return evaluator_.branches(*choice, frame, [&](const ast::Body& chosen) { items(chosen.items, frame, place); });
  }
  const auto& loop = std::get<ast::For>(item.node);
  evaluator_.for_each(loop.clause, frame, [&](const FramePtr& inner) { items(loop.body.items, inner, place); });
}

/// The items of a loop, a condition or a component.
void Expander::items(const std::vector<ast::Item>& items, const FramePtr& frame, const Place& place) {
  declare_all(items, evaluator_.with_lets(items, frame), place);
}

void Expander::declare_all(const std::vector<ast::Item>& items, const FramePtr& inner, const Place& place) {
  for (const ast::Item& item : items) {
    if (evaluator_.budget().exhausted()) return;
    if (const auto* node = ast::as<ast::Entry>(item)) entry(item, *node, inner, place);
  }
  for (const ast::Item& item : items) {
    if (evaluator_.budget().exhausted()) return;
    if (const auto* let = ast::as<ast::Let>(item)) {
      evaluator_.local(let->name, inner);
    } else if (ast::as<ast::Entry>(item) != nullptr) {
      continue;
    } else if (ast::as<ast::If>(item) != nullptr || ast::as<ast::For>(item) != nullptr) {
      choice_or_loop(item, inner, place);
    } else if (const auto* assertion = ast::as<ast::Assert>(item); assertion != nullptr) {
      assertions_.push_back({assertion, inner, place.instance == nullptr ? Span{} : header_span(*place.instance->entry)});
    } else if (place.instance == nullptr || (ast::as<ast::Param>(item) == nullptr && ast::as<ast::Output>(item) == nullptr)) {
      evaluator_.reporter().report("E0220", item.span, fmt::format("this declaration cannot stand in a {}", place.instance == nullptr ? "loop or condition" : "component"), "only at the top of a file");
    }
  }
}

void Expander::entry(const ast::Item& item, const ast::Entry& entry, const FramePtr& frame, const Place& place) {
  Reporter& reporter = evaluator_.reporter();
  if (!entry.key.is_literal()) {
    if (frame != nullptr || place.instance != nullptr) reporter.report("E0201", entry.key.span(), "the kind of a block is written out", "computed");
    return;
  }
  const std::string_view word = entry.key.text();
  if (const Block* kind = ir::schema::resource_kind(word)) return resource(*kind, item, entry, frame, place);
  const bool top = frame == nullptr && place.instance == nullptr;
  if (word == "extern" && place.instance == nullptr) return external(item, entry, frame);
  Symbol* symbol = entry.key.is_name() ? scope_.find(std::get<ast::Name>(entry.key.value)) : nullptr;
  if (symbol != nullptr && symbol->kind == Symbol::Kind::component) return instance(*symbol, item, entry, frame, place);
  if (symbol != nullptr && symbol->kind == Symbol::Kind::uncarried) return;
  if (top) return;  // no resource, or reported by declare
  reporter.report("E0201", entry.key.span(), fmt::format("unknown kind `{}`", word), "only resources, components, `let`, `if` and `for` stand here");
}

std::optional<std::string> Expander::name_of(const ast::Entry& entry, std::string_view kind, const FramePtr& frame) {
  Reporter& reporter = evaluator_.reporter();
  if (entry.labels.size() != 1) {
    reporter.report("E0218", header_span(entry), fmt::format("a {} has one name", kind), entry.labels.empty() ? "it has none" : "it has several").help(fmt::format("`{} NAME {{ … }}`", kind));
    return std::nullopt;
  }
  if (!entry.is_block()) {
    reporter.report("E0220", entry.key.span(), fmt::format("`{}` is a block, not a setting", kind), "a value").help(fmt::format("write `{} NAME {{ … }}`", kind));
    return std::nullopt;
  }
  const ast::Key& label = entry.labels.front();
  auto name = evaluator_.text_of(label, frame);
  if (name && !is_plain_name(*name)) {
    reporter.report("E0219", label.span(), fmt::format("{} cannot be named `{}`", with_article(kind), *name), "it takes letters, digits, `_` and `-`, at most 200");
    return std::nullopt;
  }
  return name;
}

/// Makes a name known, once. Names that stand in the source are known since `declare`; those of an instance belong to it.
bool Expander::enter(const std::string& name, Symbol symbol, const Place& place) {
  Reporter& reporter = evaluator_.reporter();
  const Span span = symbol.span;
  if (place.instance != nullptr) {
    // By address: the name of an instance is that of its `this`.
    if (entered_.insert(symbol.value.as_reference()->target.text()).second) return true;
    reporter.report("E0202", span, fmt::format("`{}` is declared twice", name), "declared again here").label(header_span(*place.instance->entry), "in this instance");
    return false;
  }
  Symbol* taken = nullptr;
  if (scope_.declare(std::move(symbol), &taken) != nullptr) {
    entered_.insert(name);
    return true;
  }
  if (taken->span == span && entered_.insert(name).second) return true;
  if (taken->span == span) {
    reporter.report("E0212", span, fmt::format("two iterations produce the same name `{}`", name), "the same name again").note("the name is the identity").help("make the name depend on the loop variable, as `\"web-${x}\"` does");
  } else {
    reporter.report("E0202", span, fmt::format("`{}` is declared twice", name), "declared again here")
        .label(taken->span, fmt::format("first declared here, as {}", with_article(taken->word)))
        .note("one name, one thing, even across kinds");
  }
  return false;
}

void Expander::resource(const Block& kind, const ast::Item& item, const ast::Entry& entry, const FramePtr& frame, const Place& place) {
  const auto label = name_of(entry, kind.kind, frame);
  if (!label) return;
  const std::string name = place.instance == nullptr ? *label : *label == "this" ? place.instance->name : place.instance->name + "." + *label;
  const ir::Address address{std::string(kind.kind), name};
  const Span span = entry.labels.front().span();
  Symbol symbol{.name = name, .kind = Symbol::Kind::resource, .span = span, .word = kind.kind, .item = &item, .entry = &entry, .value = {ir::Reference{address}, {.span = span}}};
  if (*label == "this" && place.instance == nullptr) {
    evaluator_.reporter().report("E0219", span, "`this` is a name of the language", "choose another name");
    return;
  }
  if (!enter(name, std::move(symbol), place)) return;
  if (drafts_.all().size() >= Limits::kResources) {
    evaluator_.budget().exceed(span, fmt::format("a stack may have {} resources", Limits::kResources));
    return;
  }
  Draft draft{.address = address, .schema = &kind, .header = header_span(entry), .doc = item.doc};
  draft.pieces.push_back({&entry, frame, place.by != nullptr ? place.by : body_of(kind.kind, name)});
  if (place.instance == nullptr) {
    kinds_.emplace(name, kind.kind);
    for (Piece& piece : environment_.overrides_of(kind.kind, name)) draft.pieces.push_back(std::move(piece));
    draft.release = place.release;
  } else {
    // The primary place is what the user wrote: the call.
    draft.header = header_span(*place.instance->entry);
    if (draft.doc.empty()) draft.doc = place.instance->doc;
  }
  drafts_.add(std::move(draft));
}

void Expander::external(const ast::Item& item, const ast::Entry& entry, const FramePtr& frame) {
  if (entry.labels.size() != 2 || !entry.labels.front().is_literal() || !entry.is_block()) return;  // reported by declare
  const Block* kind = ir::schema::extern_kind(entry.labels.front().text());
  const auto name = kind == nullptr ? std::nullopt : evaluator_.text_of(entry.labels.back(), frame);
  if (!name) return;
  const Span span = entry.labels.back().span();
  if (!is_plain_name(*name)) {
    evaluator_.reporter().report("E0219", span, fmt::format("{} cannot be named `{}`", with_article(kind->kind), *name), "it takes letters, digits, `_` and `-`, at most 200");
    return;
  }
  const ir::Address address{std::string(kind->kind), *name};
  Symbol symbol{.name = *name, .kind = Symbol::Kind::external, .span = span, .word = kind->kind, .item = &item, .entry = &entry, .value = {ir::Reference{address}, {.span = span}}};
  const Symbol* known = scope_.find(*name, span.source);
  if (known == nullptr || known->span != span || !entered_.insert("extern " + *name).second) {
    if (!enter(*name, std::move(symbol), {})) return;
  }
  Draft draft{.address = address, .schema = kind, .external = true, .header = header_span(entry), .doc = item.doc};
  const std::string word = fmt::format("extern {}", kind->kind);
  draft.pieces.push_back({&entry, frame, body_of(word, *name)});
  for (Piece& piece : environment_.overrides_of(word, *name)) draft.pieces.push_back(std::move(piece));
  kinds_.emplace(*name, kind->kind);
  drafts_.add(std::move(draft));
}

// ---- instances of components -------------------------------------------------------------------------------------------------------

void Expander::instance(Symbol& component, const ast::Item& item, const ast::Entry& entry, const FramePtr& frame, const Place& place) {
  component.used = true;
  const auto label = name_of(entry, component.name, frame);
  if (!label) return;
  const std::string name = place.instance == nullptr ? *label : *label == "this" ? place.instance->name : place.instance->name + "." + *label;
  const Span span = entry.labels.front().span();
  const Block* kind = resource_of(component, scope_);
  if (kind == nullptr) {
    const ast::Entry* made = Component(component).this_entry();
    Diagnostic& diagnostic = evaluator_.reporter().report("E0225", entry.key.span(), made == nullptr ? fmt::format("the component `{}` makes nothing that is called `this`", component.name)
                                                                                                     : fmt::format("`{}` makes a {}, which stands inside another block", component.name, made->key.is_literal() ? made->key.text() : "block"),
                                                          "cannot be declared here");
    diagnostic.label(component.span, "declared here");
    if (made == nullptr) diagnostic.note("the resource called `this` stands for the instance in references").help("name one of its resources `this`: `service this { … }`");
    return;
  }
  Symbol symbol{.name = name, .kind = Symbol::Kind::instance, .span = span, .word = component.name, .item = &item, .entry = &entry, .value = {ir::Reference{{std::string(kind->kind), name}}, {.span = span}}};
  if (*label != "this" && place.instance == nullptr && !enter(name, std::move(symbol), place)) return;
  if (drafts_.instances().size() >= Limits::kResources) {
    evaluator_.budget().exceed(span, fmt::format("a stack may have {} resources", Limits::kResources));
    return;
  }
  Instance made{.component = &component, .entry = &entry, .name = name, .doc = item.doc};
  made.pieces.push_back({&entry, frame, place.by != nullptr ? place.by : body_of(component.name, name)});
  if (place.instance == nullptr) {
    kinds_.emplace(name, component.name);
    for (Piece& piece : environment_.overrides_of(component.name, name)) made.pieces.push_back(std::move(piece));
  }
  drafts_.add(std::move(made));
}

void Expander::expand(Instance& instance, Span use) {
  if (instance.state == Instance::State::expanded) return;
  if (instance.state == Instance::State::expanding || instance.component->active_calls > 0) {
    evaluator_.reporter()
        .report("E0206", use, fmt::format("`{}` is needed to know what `{}` consists of", instance.name, instance.name), "asked for here")
        .label(header_span(*instance.entry), "while this is put together")
        .help("write what both need as a `let` of its own");
    return;
  }
  instance.state = Instance::State::expanding;
  const Component component(*instance.component);
  Arguments arguments;
  for (const Piece& piece : instance.pieces) caller_.collect(component, piece.entry->body->items, piece.frame, piece.by, arguments);
  FramePtr frame = caller_.bind(component, arguments, nullptr, header_span(*instance.entry));
  instance.state = Instance::State::expanded;
  if (frame == nullptr) return;
  frame = local_names(component, instance, frame);
  instance.frame = evaluator_.with_lazy_lets(component.items(), frame);
  const auto by = std::make_shared<const Provenance>(Provenance{Provenance::Kind::component, "component " + instance.component->name});
  declare_all(component.items(), instance.frame, {.instance = &instance, .by = by});
}

/// The names that the component's own resources have in its body: `this`, and the others by their labels.
FramePtr Expander::local_names(const Component& component, const Instance& instance, const FramePtr& frame) {
  std::vector<std::pair<std::string_view, Value>> names;
  for (const ast::Item& item : component.items()) {
    const auto* made = ast::as<ast::Entry>(item);
    if (made == nullptr || !made->key.is_name() || made->labels.size() != 1 || !made->labels.front().is_literal()) continue;
    const Block* kind = ir::schema::resource_kind(made->key.text());
    if (kind == nullptr) {
      const Symbol* symbol = scope_.find(std::get<ast::Name>(made->key.value));
      kind = symbol == nullptr || symbol->kind != Symbol::Kind::component ? nullptr : resource_of(*symbol, scope_);
    }
    if (kind == nullptr) continue;
    const std::string_view label = made->labels.front().text();
    const std::string name = label == "this" ? instance.name : fmt::format("{}.{}", instance.name, label);
    names.emplace_back(label, Value{ir::Reference{{std::string(kind->kind), name}}, {.span = made->labels.front().span()}});
  }
  return extend(frame, std::move(names));
}

void Expander::inline_externs() {
  for (const auto& [address, value] : evaluator_.inline_externs) {
    if (drafts_.find(address) != nullptr) continue;
    const Block* kind = ir::schema::extern_kind(address.kind);
    Draft draft{.address = address, .schema = kind, .external = true, .header = value.origin.span};
    draft.state = Draft::State::built;
    draft.body.set(std::string(kind->primary_field), to_ir(value));
    drafts_.add(std::move(draft));
  }
}

}  // namespace berth::sema
