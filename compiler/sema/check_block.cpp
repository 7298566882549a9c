#include "compiler/sema/check_block.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/suggest.h"
#include "compiler/sema/declare.h"

namespace berth::sema {
namespace {

using ir::schema::Block;
using ir::schema::Field;
using ir::schema::LabelKind;

/// "`service web`", "this task".
std::string subject(const Block& schema) { return fmt::format("`{}`", schema.kind); }

std::vector<std::string> words_of(const Block& schema) {
  std::vector<std::string> words;
  for (const Field& field : schema.fields) words.emplace_back(field.name);
  for (const Block& block : schema.blocks) words.emplace_back(block.kind);
  return words;
}

/// The kind of resource that may be written in place of its name: what it describes belongs to the block around it.
constexpr std::string_view kInlineKind = "task";

bool contains(std::span<const std::string_view> words, std::string_view word) { return std::find(words.begin(), words.end(), word) != words.end(); }

}  // namespace

ir::Map BlockChecker::check(const Block& schema, const ast::Entry& entry, const FramePtr& frame, const std::string& name) {
  return block_body(schema, entry, frame, nullptr, name);
}

ir::Map BlockChecker::block_body(const Block& schema, const ast::Entry& entry, const FramePtr& frame, Open* outer, const std::string& resource) {
  Open open{.schema = schema, .outer = outer, .resource = resource, .body = {}, .written = {}, .named = {}, .uses = {}};
  if (entry.body) {
    items(entry.body->items, frame, open);
  } else {
    // `port http = 8080`: the value of the primary field.
    const Field& field = *schema.field(schema.primary_field);
    open.written.emplace(std::string(field.name), entry.value->span);
    setting(field, entry, frame, open);
  }
  complete(open, header_span(entry));
  return std::move(open.body);
}

FramePtr BlockChecker::with_lets(const std::vector<ast::Item>& items, const FramePtr& frame) {
  FramePtr inner = frame;
  for (const ast::Item& item : items) {
    const auto* let = ast::as<ast::Let>(item);
    if (let == nullptr) continue;
    Value value = let->type == nullptr
                      ? evaluator_.evaluate(*let->value, inner)
                      : evaluator_.evaluate_as(*let->value, *evaluator_.type_of(*let->type),
                                               {.name = let->name.text, .written = {}, .declared = let->type->span}, inner);
    inner = std::make_shared<const Frame>(Frame{.parent = inner, .names = {{let->name.text, std::move(value)}}});
  }
  return inner;
}

template <class Visit>
void BlockChecker::branches(const ast::If& choice, const FramePtr& frame, const Visit& visit) {
  for (const ast::IfBranch& branch : choice.branches) {
    const auto chosen = evaluator_.condition(*branch.condition, frame);
    if (!chosen) return;
    if (*chosen) return visit(branch.body.items);
  }
  if (choice.otherwise) visit(choice.otherwise->items);
}

void BlockChecker::items(const std::vector<ast::Item>& items, const FramePtr& frame, Open& open) {
  const FramePtr inner = with_lets(items, frame);
  for (const ast::Item& item : items) {
    if (!evaluator_.budget().exhausted()) this->item(item, inner, open);
  }
}

void BlockChecker::item(const ast::Item& item, const FramePtr& frame, Open& open) {
  if (const auto* entry = ast::as<ast::Entry>(item)) return this->entry(*entry, frame, open);
  if (ast::as<ast::Let>(item) != nullptr) return;
  if (const auto* choice = ast::as<ast::If>(item)) {
    return branches(*choice, frame, [&](const std::vector<ast::Item>& chosen) { items(chosen, frame, open); });
  }
  if (const auto* loop = ast::as<ast::For>(item)) {
    return evaluator_.for_each(loop->clause, frame, [&](const FramePtr& turn) { items(loop->body.items, turn, open); });
  }
  const std::string_view word = uncarried_word(item);
  if (!word.empty()) return report_uncarried(evaluator_.reporter(), item.span, word);
  evaluator_.reporter()
      .report("E0220", item.span, fmt::format("this declaration cannot stand in {}", subject(open.schema)), "only at the top of a file");
}

void BlockChecker::entry(const ast::Entry& entry, const FramePtr& frame, Open& open) {
  if (!entry.key.is_literal()) {
    evaluator_.reporter().report("E0201", entry.key.span(), fmt::format("the settings of {} have written names", subject(open.schema)), "a computed name");
    return;
  }
  const std::string_view word = entry.key.text();
  if (const Block* inner = open.schema.block(word)) return block(*inner, entry, frame, open);
  const Field* field = open.schema.field(word);
  if (field == nullptr) return unknown(entry, open);
  if (!entry.labels.empty()) {
    open.written.emplace(std::string(word), entry.key.span());
    evaluator_.reporter().report("E0218", entry.labels.front().span(), fmt::format("`{}` has no label", word), "unexpected");
    return;
  }
  if (!first_time(open.written, word, entry.key.span(), "in this block")) return;
  if (!entry.is_block()) return setting(*field, entry, frame, open);
  if (field->block_form) return map_block(*field, entry, frame, open);
  if (field->type.target == kInlineKind && field->name == kInlineKind) return inline_resource(*field, entry, frame, open);
  evaluator_.reporter()
      .report("E0220", entry.key.span(), fmt::format("`{}` is a setting, not a block", word), fmt::format("it is `{}`", field->type.text))
      .help(fmt::format("write `{} = …`", word));
}

void BlockChecker::unknown(const ast::Entry& entry, Open& open) {
  open.doubtful = true;
  const std::string word(entry.key.text());
  if (open.schema.is_planned(word)) return report_uncarried(evaluator_.reporter(), header_span(entry), word);
  Diagnostic& diagnostic =
      evaluator_.reporter().report("E0201", entry.key.span(), fmt::format("unknown setting `{}` in {}", word, subject(open.schema)), "it has no such setting");
  const auto words = words_of(open.schema);
  if (const auto meant = suggest(word, words)) {
    diagnostic.help(fmt::format("did you mean `{}`?", *meant)).fix(entry.key.span(), *meant);
  } else {
    diagnostic.note(fmt::format("{} has: {}", subject(open.schema), fmt::join(words, ", ")));
  }
}

bool BlockChecker::first_time(std::map<std::string, Span, std::less<>>& written, std::string_view key, Span span, std::string_view where) {
  const auto [before, added] = written.emplace(std::string(key), span);
  if (added) return true;
  const bool loop = before->second == span;
  Diagnostic& diagnostic = evaluator_.reporter().report(loop ? "E0212" : "E0203", span,
                                                        loop ? fmt::format("two iterations set the same `{}`", key)
                                                             : fmt::format("`{}` is set twice {}", key, where),
                                                        loop ? "set again in every turn of the loop" : "set again here");
  if (loop) {
    diagnostic.help("make the name depend on the loop variable");
  } else {
    diagnostic.label(before->second, "first set here").help("remove one of them");
  }
  return false;
}

ir::Value BlockChecker::to_body(const Value& value, Span span) {
  const std::size_t size = size_of(value);
  const std::string* text = value.as_string();
  if (text != nullptr) evaluator_.budget().take_steps(static_cast<std::int64_t>(text->size() / Limits::kBytesPerStep), span);
  return evaluator_.budget().take_values(size, span) ? to_ir(value) : ir::Value{};
}

void BlockChecker::setting(const Field& field, const ast::Entry& entry, const FramePtr& frame, Open& open) {
  Value value = evaluator_.evaluate(*entry.value, frame);
  if (value.null()) open.written.erase(open.written.find(field.name));  // null means: not set
  if (value.poisoned() || value.null()) return;
  const bool literal = ast::as<ast::Number>(*entry.value) != nullptr || ast::as<ast::Bool>(*entry.value) != nullptr;
  const Place place{.name = field.name, .written = entry.value->span, .declared = {}, .literal_text = false, .literal = literal};
  value = conform(std::move(value), types_.of(field.type), place, evaluator_, evaluator_.reporter());
  if (!value.poisoned()) open.body.set(std::string(field.name), to_body(value, entry.value->span));
}

void BlockChecker::inline_resource(const Field& field, const ast::Entry& entry, const FramePtr& frame, Open& open) {
  const ir::Address address{std::string(field.type.target), open.resource};
  ir::Map body = block_body(*ir::schema::resource_kind(address.kind), entry, frame, nullptr, open.resource);
  const Span header = header_span(entry);
  resources_.push_back({.address = address, .body = std::move(body), .header = header, .doc = ""});
  open.body.set(std::string(field.name), ir::Value::reference(address, {.span = header}));
}

// ---- maps written as blocks --------------------------------------------------------------------------------------------------------

void BlockChecker::map_block(const Field& field, const ast::Entry& entry, const FramePtr& frame, Open& open) {
  ir::Map entries;
  std::map<std::string, Span, std::less<>> written;
  map_items(entry.body->items, field, frame, open, entries, written);
  open.body.set(std::string(field.name), ir::Value::map(std::move(entries), {.span = entry.key.span()}));
}

void BlockChecker::map_items(const std::vector<ast::Item>& items, const Field& field, const FramePtr& frame, Open& open, ir::Map& entries,
                             std::map<std::string, Span, std::less<>>& written) {
  const FramePtr inner = with_lets(items, frame);
  for (const ast::Item& item : items) {
    if (evaluator_.budget().exhausted()) return;
    if (const auto* entry = ast::as<ast::Entry>(item)) {
      map_entry(*entry, field, inner, open, entries, written);
    } else if (const auto* choice = ast::as<ast::If>(item)) {
      branches(*choice, inner, [&](const std::vector<ast::Item>& chosen) { map_items(chosen, field, inner, open, entries, written); });
    } else if (const auto* loop = ast::as<ast::For>(item)) {
      evaluator_.for_each(loop->clause, inner, [&](const FramePtr& turn) { map_items(loop->body.items, field, turn, open, entries, written); });
    } else if (ast::as<ast::Let>(item) == nullptr) {
      const std::string_view word = uncarried_word(item);
      if (!word.empty()) {
        report_uncarried(evaluator_.reporter(), item.span, word);
      } else {
        evaluator_.reporter().report("E0220", item.span, fmt::format("this declaration cannot stand in `{}`", field.name), "only at the top of a file");
      }
    }
  }
}

void BlockChecker::map_entry(const ast::Entry& entry, const Field& field, const FramePtr& frame, Open& open, ir::Map& entries,
                             std::map<std::string, Span, std::less<>>& written) {
  const auto key = evaluator_.text_of(entry.key, frame);
  if (!key) return;
  const Span key_span = entry.key.span();
  if (!entry.labels.empty() || entry.is_block()) {
    evaluator_.reporter().report("E0220", key_span, fmt::format("`{}` holds settings only", field.name), "a block").help(fmt::format("write `{} = …`", *key));
    return;
  }
  if (!first_time(written, *key, key_span, fmt::format("in `{}`", field.name))) return;
  if (!field.keys_name.empty()) {
    Open* holder = &open;
    while (holder != nullptr && holder->schema.block(field.keys_name) == nullptr) holder = holder->outer;
    if (holder != nullptr) holder->uses.push_back({*key, key_span, field.keys_name});
  }
  const Type& element = *types_.of(field.type).element;
  const Place place{.name = *key, .written = {}, .declared = {}, .literal_text = element.kind == Type::Kind::string};
  Value value = evaluator_.evaluate(*entry.value, frame);
  if (value.poisoned() || value.null()) return;
  Place at = place;
  at.written = entry.value->span;
  at.literal = ast::as<ast::Number>(*entry.value) != nullptr || ast::as<ast::Bool>(*entry.value) != nullptr;
  value = conform(std::move(value), element, at, evaluator_, evaluator_.reporter());
  if (!value.poisoned()) entries.set(*key, to_body(value, entry.value->span));
}

// ---- blocks in blocks --------------------------------------------------------------------------------------------------------------

void BlockChecker::block(const Block& schema, const ast::Entry& entry, const FramePtr& frame, Open& open) {
  Reporter& reporter = evaluator_.reporter();
  const bool primary = !entry.is_block() && !schema.primary_field.empty() && !entry.labels.empty();
  if (!entry.is_block() && !primary) {
    open.doubtful = true;
    reporter.report("E0220", entry.key.span(), fmt::format("`{}` is a block, not a setting", schema.kind), "a value")
        .help(fmt::format("write `{}{} {{ … }}`", schema.kind, schema.label == LabelKind::name ? " NAME" : schema.label == LabelKind::variant ? fmt::format(" {}", schema.variants.front()) : ""));
    return;
  }
  switch (schema.label) {
    case LabelKind::name: return named_block(schema, entry, frame, open);
    case LabelKind::variant: return variant_block(schema, entry, frame, open);
    case LabelKind::none: break;
  }
  if (!entry.labels.empty()) {
    reporter.report("E0218", entry.labels.front().span(), fmt::format("`{}` has no label", schema.kind), "unexpected");
    return;
  }
  if (!first_time(open.written, schema.kind, entry.key.span(), "in this block")) return;
  open.body.set(std::string(schema.kind), ir::Value::map(block_body(schema, entry, frame, &open, open.resource), {.span = header_span(entry)}));
}

void BlockChecker::named_block(const Block& schema, const ast::Entry& entry, const FramePtr& frame, Open& open) {
  Reporter& reporter = evaluator_.reporter();
  if (entry.labels.size() != 1) {
    open.doubtful = true;
    reporter.report("E0218", entry.labels.empty() ? entry.key.span() : entry.labels[1].span(),
                    fmt::format("a {} has one name", schema.kind), entry.labels.empty() ? "it has none" : "one too many")
        .help(fmt::format("`{} NAME {{ … }}`", schema.kind));
    return;
  }
  const ast::Key& label = entry.labels.front();
  const auto name = evaluator_.text_of(label, frame);
  open.doubtful = open.doubtful || !name;
  if (!name) return;
  const auto pattern = schema.label_pattern.empty() ? nullptr : types_.pattern(schema.label_pattern);
  if (pattern != nullptr && (name->size() > 255 || !std::regex_match(*name, *pattern))) {
    open.doubtful = true;
    reporter.report("E0219", label.span(), fmt::format("a {} cannot be named `{}`", schema.kind, *name), fmt::format("it takes {}", schema.label_pattern_text));
    return;
  }
  auto& named = open.named[std::string(schema.kind)];
  if (const auto [before, added] = named.emplace(*name, label.span()); !added) {
    const bool loop = before->second == label.span();
    Diagnostic& diagnostic = loop ? reporter.report("E0212", label.span(), fmt::format("two iterations produce the same {} `{}`", schema.kind, *name), "the same name again")
                                  : reporter.report("E0202", label.span(), fmt::format("the {} `{}` is declared twice", schema.kind, *name), "declared again here");
    if (!loop) diagnostic.label(before->second, "first declared here");
    if (loop) diagnostic.help("make the name depend on the loop variable");
    return;
  }
  ir::Value inner = ir::Value::map(block_body(schema, entry, frame, &open, open.resource), {.span = header_span(entry)});
  ir::Value* all = open.body.find(schema.kind);
  if (all == nullptr) all = &open.body.set(std::string(schema.kind), ir::Value::map({}, {.span = header_span(entry)}));
  all->as_map()->set(*name, std::move(inner));
}

void BlockChecker::variant_block(const Block& schema, const ast::Entry& entry, const FramePtr& frame, Open& open) {
  Reporter& reporter = evaluator_.reporter();
  const auto variants = fmt::format("`{}`", fmt::join(schema.variants, "`, `"));
  if (entry.labels.size() != 1 || !entry.labels.front().is_literal()) {
    const Span at = entry.labels.empty() ? entry.key.span() : entry.labels.back().span();
    Diagnostic& diagnostic = reporter.report("E0218", at, fmt::format("`{}` says how by one word", schema.kind), entry.labels.empty() ? "it has none" : "unexpected");
    diagnostic.help(fmt::format("one of {}", variants));
    if (entry.labels.empty()) diagnostic.fix({at.source, at.end, at.end}, " " + std::string(schema.variants.front()));
    return;
  }
  const ast::Key& label = entry.labels.front();
  const std::string word(label.text());
  if (contains(schema.planned_variants, word)) return report_uncarried(reporter, header_span(entry), fmt::format("{} {}", schema.kind, word));
  if (!contains(schema.variants, word)) {
    Diagnostic& diagnostic = reporter.report("E0218", label.span(), fmt::format("`{}` is no way to {}", word, schema.kind), fmt::format("one of {}", variants));
    const std::vector<std::string> words(schema.variants.begin(), schema.variants.end());
    if (const auto meant = suggest(word, words)) diagnostic.help(fmt::format("did you mean `{}`?", *meant)).fix(label.span(), *meant);
    return;
  }
  if (!first_time(open.written, schema.kind, entry.key.span(), "in this block")) return;
  ir::Map body = block_body(schema, entry, frame, &open, open.resource);
  body.set(std::string(schema.variant_field), ir::Value::string(word, {.span = label.span()}));
  open.body.set(std::string(schema.kind), ir::Value::map(std::move(body), {.span = header_span(entry)}));
}

// ---- when a block is whole ---------------------------------------------------------------------------------------------------------

void BlockChecker::complete(Open& open, Span header) {
  Reporter& reporter = evaluator_.reporter();
  resolve_uses(open);
  if (evaluator_.budget().exhausted() || open.doubtful) return;
  for (const Field& field : open.schema.fields) {
    if (!field.required || open.body.find(field.name) != nullptr) continue;
    if (open.written.contains(field.name)) continue;  // wrong, and reported
    Diagnostic& diagnostic = reporter.report("E0213", header, fmt::format("this {} has no `{}`", open.schema.kind, field.name), fmt::format("`{}` is missing", field.name));
    diagnostic.note(std::string(field.doc));
    diagnostic.help(fmt::format("add `{} = …` (`{}`)", field.name, field.type.text));
  }
  for (const Block& block : open.schema.blocks) {
    if (block.label != LabelKind::name) continue;
    const auto named = open.named.find(block.kind);
    const std::size_t count = named == open.named.end() ? 0 : named->second.size();
    if (static_cast<int>(count) >= block.minimum && static_cast<int>(count) <= block.maximum) continue;
    const bool few = static_cast<int>(count) < block.minimum;
    reporter.report("E0319", header, fmt::format("this {} has {} {}s; it must have {} {}", open.schema.kind, count, block.kind, few ? "at least" : "at most", few ? block.minimum : block.maximum),
                    few ? "too few" : "too many");
  }
}

void BlockChecker::resolve_uses(Open& open) {
  for (const NameUse& use : open.uses) {
    const auto named = open.named.find(use.kind);
    if (named != open.named.end() && named->second.contains(use.name)) continue;
    std::vector<std::string> names;
    if (named != open.named.end()) {
      for (const auto& [name, span] : named->second) names.push_back(name);
    }
    Diagnostic& diagnostic = evaluator_.reporter().report("E0209", use.span, fmt::format("nothing is named `{}` in this {}", use.name, open.schema.kind), fmt::format("no such {}", use.kind));
    diagnostic.note(fmt::format("{}s here: {}", use.kind, names.empty() ? "none" : fmt::format("`{}`", fmt::join(names, "`, `"))));
    if (const auto meant = suggest(use.name, names)) diagnostic.help(fmt::format("did you mean `{}`?", *meant)).fix(use.span, *meant);
  }
}

}  // namespace berth::sema
