#include "compiler/sema/layer.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/suggest.h"
#include "base/words.h"
#include "compiler/sema/declare.h"
#include "compiler/sema/other_words.h"

namespace berth::sema {
namespace {

using ir::schema::Block;
using ir::schema::Field;
using ir::schema::LabelKind;

/// "`service`", "`task`".
std::string subject(const Block& schema) { return fmt::format("`{}`", schema.kind); }

/// The resource that may be written in place of a reference to one: what it describes belongs to the block around it.
constexpr std::string_view kInlineKind = "task";
constexpr std::size_t kMaxLabel = 255;
/// Blocks of one node are searched one by one: each so many count as a step.
constexpr std::size_t kBlocksPerStep = 16;
/// An entry of a map is laid, evaluated, converted and sorted by itself.
constexpr std::int64_t kStepsPerEntry = 8;

bool contains(std::span<const std::string_view> words, std::string_view word) { return std::find(words.begin(), words.end(), word) != words.end(); }

bool is_null(const ast::Entry& entry) { return entry.value != nullptr && ast::as<ast::Null>(*entry.value) != nullptr; }

}  // namespace

void Layerer::add(const Piece& piece, Node& node) {
  Written written;
  const Text text{piece.frame, piece.by, written};
  if (piece.entry->body) return items(piece.entry->body->items, text, node);
  // `port http = 8080`: the value of the primary field.
  const Field* field = node.schema->field(node.schema->primary_field);
  if (field == nullptr) {
    evaluator_.reporter().report("E0220", piece.entry->key.span(), fmt::format("`{}` is a block, not a setting", node.schema->kind), "a value");
    node.doubtful = true;
    return;
  }
  setting_of(*field, node).writings.push_back({piece.entry->value.get(), piece.frame, piece.entry->key.span(), piece.by});
}

void Layerer::items(const std::vector<ast::Item>& items, const Text& text, Node& node) {
  const Text inner = text.in(evaluator_.with_lets(items, text.frame));
  for (const ast::Item& item : items) {
    if (!evaluator_.budget().exhausted()) this->item(item, inner, node);
  }
}

void Layerer::item(const ast::Item& item, const Text& text, Node& node) {
  if (const auto* entry = ast::as<ast::Entry>(item)) return this->entry(*entry, text, node);
  if (ast::as<ast::Let>(item) != nullptr) return;
  if (const auto* use = ast::as<ast::Use>(item)) return this->use(*use, text, node);
  const std::size_t errors = evaluator_.reporter().errors();
  if (const auto* choice = ast::as<ast::If>(item)) {
    evaluator_.branches(*choice, text.frame, [&](const ast::Body& chosen) { items(chosen.items, text, node); });
    node.doubtful = node.doubtful || evaluator_.reporter().errors() != errors;
    return;
  }
  if (const auto* loop = ast::as<ast::For>(item)) {
    evaluator_.for_each(loop->clause, text.frame, [&](const FramePtr& turn) { items(loop->body.items, text.in(turn), node); });
    node.doubtful = node.doubtful || evaluator_.reporter().errors() != errors;
    return;
  }
  evaluator_.reporter().report("E0220", item.span, fmt::format("this declaration cannot stand in {}", subject(*node.schema)), "only at the top of a file");
}

void Layerer::entry(const ast::Entry& entry, const Text& text, Node& node) {
  Reporter& reporter = evaluator_.reporter();
  if (!entry.key.is_literal()) {
    reporter.report("E0201", entry.key.span(), fmt::format("the settings of {} have written names", subject(*node.schema)), "a computed name");
    return;
  }
  const std::string_view word = entry.key.text();
  const Block* inner = node.schema->block(word);
  const Field* field = node.schema->field(word);
  // `capacity { … }` is a block, `capacity = […]` a setting: some words are both.
  if (inner != nullptr && (field == nullptr || entry.is_block())) return block(*inner, entry, text, node);
  if (field == nullptr) {
    Symbol* symbol = entry.key.is_name() ? scope_.find(std::get<ast::Name>(entry.key.value)) : nullptr;
    if (symbol != nullptr && symbol->kind == Symbol::Kind::component && entry.is_block()) return component_block(*symbol, entry, text, node);
    return unknown(entry, node);
  }
  const bool unchecked_raw = field->type.kind == ir::schema::TypeKind::any && entry.is_block() && entry.labels.size() == 1 &&
                             entry.labels.front().is_literal() && entry.labels.front().text() == "unchecked";
  if (!entry.labels.empty() && !unchecked_raw) {
    reporter.report("E0218", entry.labels.front().span(), fmt::format("`{}` has no label", word), "unexpected");
    node.doubtful = true;
    return;
  }
  const std::string key = unchecked_raw ? "raw unchecked" : std::string(word);
  if (!first_time(text.written, key, header_span(entry), "")) return;
  if (!entry.is_block()) return setting(*field, entry, text, node);
  if (field->type.target == kInlineKind && field->name == kInlineKind) return inline_task(*field, entry, text, node);
  if (field->block_form) {
    Setting& map = setting_of(*field, node);
    if (!map.opened.valid()) map.opened = entry.key.span();
    Written written;
    return map_items(entry.body->items, {text.frame, text.by, written}, map, unchecked_raw);
  }
  node.doubtful = true;
  reporter.report("E0220", entry.key.span(), fmt::format("`{}` is a setting, not a block", word), fmt::format("it is `{}`", field->type.text))
      .help(fmt::format("write `{} = …`", word));
}

void Layerer::unknown(const ast::Entry& entry, Node& node) {
  node.doubtful = true;
  Reporter& reporter = evaluator_.reporter();
  const std::string word(entry.key.text());
  if (node.schema->is_planned(word)) return report_uncarried(reporter, header_span(entry), word);
  Diagnostic& diagnostic = reporter.report("E0201", entry.key.span(), fmt::format("unknown setting `{}` in {}", word, subject(*node.schema)), "it has no such setting");
  const auto words = words_of(*node.schema);
  if (const auto meant = suggest(word, words)) {
    diagnostic.help(fmt::format("did you mean `{}`?", *meant)).fix(entry.key.span(), *meant);
  } else if (const auto here = word_for(word, *node.schema)) {
    diagnostic.help(fmt::format("it is called `{}` here", *here));
  } else {
    diagnostic.note(fmt::format("{} has: {}", subject(*node.schema), fmt::join(words, ", ")));
  }
}

bool Layerer::first_time(Written& written, std::string key, Span span, std::string_view map) {
  const auto [before, added] = written.emplace(std::move(key), span);
  if (added) return true;
  const std::string where = map.empty() ? "in this block" : fmt::format("in `{}`", map);
  const bool loop = before->second == span;
  Diagnostic& diagnostic = evaluator_.reporter().report(loop ? "E0212" : "E0203", span,
                                                        loop ? fmt::format("two iterations set the same `{}`", before->first)
                                                             : fmt::format("`{}` is set twice {}", before->first, where),
                                                        loop ? "set again in every turn of the loop" : "set again here");
  if (loop) {
    diagnostic.help("make the name depend on the loop variable");
  } else {
    diagnostic.label(before->second, "first set here").help("remove one of them");
  }
  return false;
}

// ---- settings ----------------------------------------------------------------------------------------------------------------------

Setting& Layerer::setting_of(const Field& field, Node& node) {
  if (Setting* known = node.setting(field.name)) return *known;
  Setting& added = node.settings.emplace_back();
  added.field = &field;
  return added;
}

void Layerer::setting(const Field& field, const ast::Entry& entry, const Text& text, Node& node) {
  Setting& target = setting_of(field, node);
  target.writings.push_back({entry.value.get(), text.frame, entry.key.span(), text.by});
  target.entries.clear();
  target.opened = {};
  if (field.name == kInlineKind) node.task.reset();
  // A word that is a setting and a block: the later form replaces the other.
  if (node.schema->block(field.name) != nullptr) remove(field.name, "", node);
}

void Layerer::inline_task(const Field& field, const ast::Entry& entry, const Text& text, Node& node) {
  if (Setting* reference = node.setting(field.name)) reference->writings.clear();
  if (node.task == nullptr) {
    node.task = std::make_unique<Node>();
    node.task->schema = ir::schema::resource_kind(field.type.target);
    node.task->header = header_span(entry);
    node.task->label = node.label;
  }
  add({&entry, text.frame, text.by}, *node.task);
}

void Layerer::map_items(const std::vector<ast::Item>& items, const Text& text, Setting& setting, bool raw_unchecked) {
  const Text inner = text.in(evaluator_.with_lets(items, text.frame));
  for (const ast::Item& item : items) {
    if (evaluator_.budget().exhausted()) return;
    if (const auto* entry = ast::as<ast::Entry>(item)) {
      map_entry(*entry, inner, setting, raw_unchecked);
    } else if (const auto* choice = ast::as<ast::If>(item)) {
      evaluator_.branches(*choice, inner.frame, [&](const ast::Body& chosen) { map_items(chosen.items, inner, setting, raw_unchecked); });
    } else if (const auto* loop = ast::as<ast::For>(item)) {
      evaluator_.for_each(loop->clause, inner.frame, [&](const FramePtr& turn) { map_items(loop->body.items, inner.in(turn), setting, raw_unchecked); });
    } else if (ast::as<ast::Let>(item) == nullptr) {
      evaluator_.reporter().report("E0220", item.span, fmt::format("this cannot stand in `{}`", setting.field->name), "only settings, `let`, `if` and `for`");
    }
  }
}

void Layerer::map_entry(const ast::Entry& entry, const Text& text, Setting& setting, bool raw_unchecked) {
  const auto key = evaluator_.text_of(entry.key, text.frame);
  if (!key) return;
  const Span key_span = entry.key.span();
  if (!entry.labels.empty() || entry.is_block()) {
    evaluator_.reporter().report("E0220", key_span, fmt::format("`{}` holds settings only", setting.field->name), "a block").help(fmt::format("write `{} = …`", *key));
    return;
  }
  if (!evaluator_.budget().take_steps(kStepsPerEntry, key_span)) return;
  if (!first_time(text.written, *key, key_span, setting.field->name)) return;
  if (raw_unchecked && entry.value != nullptr) unchecked.insert(entry.value->span);
  setting.entries[*key].push_back({entry.value.get(), text.frame, key_span, text.by});
}

// ---- blocks in blocks --------------------------------------------------------------------------------------------------------------

Node& Layerer::open(const Block& schema, std::string label, const ast::Entry& entry, const Text& text, Node& node) {
  evaluator_.budget().take_steps(static_cast<std::int64_t>(node.blocks.size() / kBlocksPerStep), entry.key.span());
  if (Node* known = node.block(schema.kind, label)) return *known;
  Node& added = *node.blocks.emplace_back(std::make_unique<Node>());
  added.schema = &schema;
  added.outer = &node;
  added.label = std::move(label);
  added.header = header_span(entry);
  added.component = text.by->kind == Provenance::Kind::component;
  return added;
}

void Layerer::remove(std::string_view kind, std::string_view label, Node& node) {
  node.blocks.erase(std::remove_if(node.blocks.begin(), node.blocks.end(), [&](const auto& inner) { return inner->schema->kind == kind && inner->label == label; }),
                    node.blocks.end());
}

void Layerer::block(const Block& schema, const ast::Entry& entry, const Text& text, Node& node) {
  Reporter& reporter = evaluator_.reporter();
  const bool primary = !entry.is_block() && !schema.primary_field.empty() && (!entry.labels.empty() || schema.label == LabelKind::none);
  if (!entry.is_block() && !primary && !is_null(entry)) {
    node.doubtful = true;
    reporter.report("E0220", entry.key.span(), fmt::format("`{}` is a block, not a setting", schema.kind), "a value")
        .help(fmt::format("write `{}{} {{ … }}`", schema.kind,
                          schema.label == LabelKind::name ? " NAME" : schema.label == LabelKind::variant ? fmt::format(" {}", schema.variants.front()) : ""));
    return;
  }
  switch (schema.label) {
    case LabelKind::name: return named_block(schema, entry, text, node);
    case LabelKind::variant: return variant_block(schema, entry, text, node);
    case LabelKind::none: break;
  }
  if (!entry.labels.empty()) {
    reporter.report("E0218", entry.labels.front().span(), fmt::format("`{}` has no label", schema.kind), "unexpected");
    return;
  }
  if (!first_time(text.written, std::string(schema.kind), entry.key.span(), "")) return;
  if (is_null(entry)) return remove(schema.kind, "", node);
  if (Setting* replaced = node.setting(schema.kind)) replaced->writings.clear();
  add({&entry, text.frame, text.by}, open(schema, "", entry, text, node));
}

void Layerer::named_block(const Block& schema, const ast::Entry& entry, const Text& text, Node& node) {
  Reporter& reporter = evaluator_.reporter();
  if (entry.labels.size() != 1) {
    node.doubtful = true;
    reporter.report("E0218", entry.labels.empty() ? entry.key.span() : entry.labels[1].span(), fmt::format("a {} has one name", schema.kind),
                    entry.labels.empty() ? "it has none" : "one too many")
        .help(fmt::format("`{} NAME {{ … }}`", schema.kind));
    return;
  }
  const ast::Key& label = entry.labels.front();
  const auto name = evaluator_.text_of(label, text.frame);
  node.doubtful = node.doubtful || !name;
  if (!name) return;
  const auto pattern = schema.label_pattern.empty() ? nullptr : evaluator_.schema_types().pattern(schema.label_pattern);
  if (pattern != nullptr && (name->size() > kMaxLabel || !pattern->matches_all(*name))) {
    node.doubtful = true;
    reporter.report("E0219", label.span(), fmt::format("{} cannot be named `{}`", with_article(schema.kind), *name), fmt::format("it takes {}", schema.label_pattern_text));
    return;
  }
  if (!first_of_name(schema, *name, label.span(), text)) return;
  if (is_null(entry)) return remove(schema.kind, *name, node);
  if (text.by->kind == Provenance::Kind::override_ && node.block(schema.kind, *name) == nullptr) {
    node.doubtful = true;
    std::vector<std::string> names;
    for (const auto& inner : node.blocks) {
      if (inner->schema == &schema) names.push_back(inner->label);
    }
    Diagnostic& diagnostic = reporter.report("E0209", label.span(), fmt::format("nothing is named `{}` in this {}", *name, node.schema->kind), fmt::format("no such {}", schema.kind));
    diagnostic.note("an override opens only what exists");
    if (const auto meant = suggest(*name, names)) diagnostic.help(fmt::format("did you mean `{}`?", *meant)).fix(label.span(), *meant);
    return;
  }
  add({&entry, text.frame, text.by}, open(schema, *name, entry, text, node));
}

/// Whether this text has not declared a block of this kind and name before; E0202 or, in a loop, E0212 when it has.
bool Layerer::first_of_name(const Block& schema, const std::string& name, Span span, const Text& text) {
  Reporter& reporter = evaluator_.reporter();
  const auto [before, added] = text.written.emplace(fmt::format("{} {}", schema.kind, name), span);
  if (added) return true;
  if (before->second == span) {
    reporter.report("E0212", span, fmt::format("two iterations produce the same {} `{}`", schema.kind, name), "the same name again").help("make the name depend on the loop variable");
  } else {
    reporter.report("E0202", span, fmt::format("the {} `{}` is declared twice", schema.kind, name), "declared again here").label(before->second, "first declared here");
  }
  return false;
}

void Layerer::variant_block(const Block& schema, const ast::Entry& entry, const Text& text, Node& node) {
  Reporter& reporter = evaluator_.reporter();
  if (is_null(entry) && entry.labels.empty()) {
    if (first_time(text.written, std::string(schema.kind), entry.key.span(), "")) remove(schema.kind, "", node);
    return;
  }
  Node* known = node.block(schema.kind);
  const auto variants = fmt::format("`{}`", fmt::join(schema.variants, "`, `"));
  const bool unlabelled = entry.labels.empty() && known != nullptr;
  if (!unlabelled && (entry.labels.size() != 1 || !entry.labels.front().is_literal())) {
    const Span at = entry.labels.empty() ? entry.key.span() : entry.labels.back().span();
    Diagnostic& diagnostic = reporter.report("E0218", at, fmt::format("`{}` says how by one word", schema.kind), entry.labels.empty() ? "it has none" : "unexpected");
    diagnostic.help(fmt::format("one of {}", variants));
    if (entry.labels.empty()) diagnostic.fix({at.source, at.end, at.end}, " " + std::string(schema.variants.front()));
    return;
  }
  const std::string word = unlabelled ? known->variant : std::string(entry.labels.front().text());
  if (!unlabelled) {
    const ast::Key& label = entry.labels.front();
    if (contains(schema.planned_variants, word)) return report_uncarried(reporter, header_span(entry), fmt::format("{} {}", schema.kind, word));
    if (!contains(schema.variants, word)) {
      Diagnostic& diagnostic = reporter.report("E0218", label.span(), fmt::format("`{}` is no way to {}", word, schema.kind), fmt::format("one of {}", variants));
      const std::vector<std::string> words(schema.variants.begin(), schema.variants.end());
      if (const auto meant = suggest(word, words)) diagnostic.help(fmt::format("did you mean `{}`?", *meant)).fix(label.span(), *meant);
      return;
    }
  }
  if (!first_time(text.written, std::string(schema.kind), entry.key.span(), "")) return;
  // Another way is another block: what was said about the old one does not count.
  if (known != nullptr && known->variant != word) remove(schema.kind, "", node);
  Node& inner = open(schema, "", entry, text, node);
  inner.variant = word;
  inner.variant_span = unlabelled ? inner.variant_span : entry.labels.front().span();
  add({&entry, text.frame, text.by}, inner);
}

// ---- components that make a block --------------------------------------------------------------------------------------------------

void Layerer::component_block(Symbol& symbol, const ast::Entry& entry, const Text& text, Node& node) {
  Reporter& reporter = evaluator_.reporter();
  symbol.used = true;
  const Component component(symbol);
  const ast::Entry* made = component.this_entry();
  const Block* schema = made == nullptr || !made->key.is_literal() ? nullptr : node.schema->block(made->key.text());
  if (schema == nullptr || schema->label != LabelKind::name) {
    node.doubtful = true;
    reporter.report("E0220", entry.key.span(), fmt::format("`{}` cannot stand in {}", symbol.name, subject(*node.schema)),
                    made == nullptr ? "it makes resources" : fmt::format("it makes {}", with_article(made->key.is_literal() ? made->key.text() : "block")))
        .label(symbol.span, "declared here");
    return;
  }
  if (entry.labels.size() != 1) {
    node.doubtful = true;
    reporter.report("E0218", header_span(entry), fmt::format("a {} has one name", symbol.name), entry.labels.empty() ? "it has none" : "one too many")
        .help(fmt::format("`{} NAME {{ … }}`", symbol.name));
    return;
  }
  if (symbol.active_calls > 0) return;  // reported when components were declared
  const auto name = evaluator_.text_of(entry.labels.front(), text.frame);
  node.doubtful = node.doubtful || !name;
  if (!name || !first_of_name(*schema, *name, entry.labels.front().span(), text)) return;
  Arguments arguments;
  caller_.collect(component, entry.body->items, text.frame, text.by, arguments);
  const FramePtr frame = caller_.bind(component, arguments, nullptr, header_span(entry));
  if (frame == nullptr) {
    node.doubtful = true;
    return;
  }
  ++symbol.active_calls;
  const FramePtr inside = evaluator_.with_lets(component.items(), frame);
  for (const ast::Item& item : component.items()) {
    if (const auto* assertion = ast::as<ast::Assert>(item)) evaluator_.assert_holds(*assertion, inside, header_span(entry));
  }
  const auto by = std::make_shared<const Provenance>(Provenance{Provenance::Kind::component, "component " + symbol.name});
  Node& inner = open(*schema, *name, entry, text, node);
  inner.header = header_span(entry);
  add({made, inside, by}, inner);
  --symbol.active_calls;
}

// ---- use ---------------------------------------------------------------------------------------------------------------------------

void Layerer::use(const ast::Use& use, const Text& text, Node& node) {
  Reporter& reporter = evaluator_.reporter();
  const auto* name = ast::as<ast::NameRef>(*use.value);
  const Value* local = name == nullptr || text.frame == nullptr ? nullptr : text.frame->find(name->name.text);
  if (name != nullptr && local == nullptr) {
    Symbol* symbol = scope_.find(name->name);
    if (symbol != nullptr && symbol->kind == Symbol::Kind::preset) return use_preset(*symbol, name->name.span, node);
  }
  const Value value = evaluator_.evaluate(*use.value, text.frame);
  if (value.poisoned() || value.null()) return;
  if (const BlockHandle* handle = value.as_block(); handle != nullptr && handle->kind) return use_pieces(*handle, use.value->span, node);
  node.doubtful = true;
  reporter.report("E0223", use.value->span, "`use` takes a preset, or a block that a component was given", "this is " + describe(value));
}

void Layerer::use_preset(Symbol& preset, Span span, Node& node) {
  preset.used = true;
  const std::string_view kind = preset.entry->labels.front().text();
  const auto block = find_block_kind(kind, "");
  const bool fits = block && (block->block == node.schema || (block->block != nullptr && block->block->kind == node.schema->kind));
  if (!fits) {
    node.doubtful = true;
    evaluator_.reporter()
        .report("E0223", span, fmt::format("`{}` is a preset for {}, and this is {}", preset.name, with_article(kind), with_article(node.schema->kind)), "does not fit here")
        .label(preset.span, "declared here");
    return;
  }
  if (preset.active_calls > 0) {
    evaluator_.reporter().report("E0211", span, fmt::format("the preset `{}` uses itself", preset.name), "used while it is being read").label(preset.span, "declared here");
    return;
  }
  ++preset.active_calls;
  add({preset.entry, nullptr, std::make_shared<const Provenance>(Provenance{Provenance::Kind::preset, "preset " + preset.name})}, node);
  --preset.active_calls;
}

void Layerer::use_pieces(const BlockHandle& handle, Span span, Node& node) {
  const BlockKind& kind = *handle.kind;
  if (kind.block != nullptr && (kind.block == node.schema || (kind.block->kind == node.schema->kind && node.schema->block(kind.word()) == nullptr))) {
    for (const Piece& piece : handle.pieces) add(piece, node);
    return;
  }
  const Block* inner = node.schema->block(kind.word());
  const Field* field = node.schema->field(kind.word());
  if (inner == nullptr && (field == nullptr || !field->block_form)) {
    node.doubtful = true;
    evaluator_.reporter().report("E0223", span, fmt::format("{} has no `{}`", subject(*node.schema), kind.word()), fmt::format("this is a `{}` block", kind.word()));
    return;
  }
  Written written;
  for (const Piece& piece : handle.pieces) {
    const Text text{piece.frame, piece.by, written};
    if (inner != nullptr) {
      block(*inner, *piece.entry, text, node);
    } else if (piece.entry->is_block()) {
      Setting& map = setting_of(*field, node);
      if (!map.opened.valid()) map.opened = piece.entry->key.span();
      Written keys;
      map_items(piece.entry->body->items, {piece.frame, piece.by, keys}, map, false);
    } else {
      setting(*field, *piece.entry, text, node);
    }
  }
}

}  // namespace berth::sema
