#include "compiler/sema/build.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/suggest.h"
#include "compiler/sema/conform.h"
#include "compiler/sema/declare.h"

namespace berth::sema {
namespace {

using ir::schema::Block;
using ir::schema::Field;
using ir::schema::LabelKind;
using ir::schema::TypeKind;

constexpr std::size_t kMaxChainText = 60;

bool is_literal(const ast::Expr& expression) { return ast::as<ast::Number>(expression) != nullptr || ast::as<ast::Bool>(expression) != nullptr; }

/// The block around `node` (or itself) that may hold blocks of this kind.
Node* holder_of(Node& node, std::string_view kind) {
  Node* holder = &node;
  while (holder != nullptr && holder->schema->block(kind) == nullptr) holder = holder->outer;
  return holder;
}

std::vector<std::string> labels_of(const Node& node, std::string_view kind) {
  std::vector<std::string> labels;
  for (const auto& inner : node.blocks) {
    if (inner->schema->kind == kind) labels.push_back(inner->label);
  }
  return labels;
}

Span written_at(const Setting& setting) { return setting.writings.empty() ? setting.opened : setting.writings.back().key; }

std::string one_line(std::string_view text) {
  std::string line(text.substr(0, text.find('\n')));
  if (line.size() < text.size() || line.size() > kMaxChainText) {
    std::size_t end = std::min(line.size(), kMaxChainText);
    while (end > 0 && end < line.size() && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80U) --end;
    line = line.substr(0, end) + "…";
  }
  return line;
}

}  // namespace

const Value& Builder::value_of(Node& node, Setting& setting, Span use) {
  if (setting.state == Setting::State::running) {
    static const Value kPoison;
    cycle(setting, use);
    return kPoison;
  }
  if (setting.state == Setting::State::untouched) {
    setting.state = Setting::State::running;
    running_.push_back({&node, &setting, use});
    const std::uint64_t reads = evaluator_.local_reads;
    setting.value = compute(node, setting);
    setting.varies = evaluator_.local_reads != reads;
    running_.pop_back();
    setting.state = Setting::State::done;
  }
  return setting.value;
}

Value Builder::cycle(const Setting& setting, Span use) {
  const auto name = [](const Running& running) {
    const Node* root = running.node;
    while (root->outer != nullptr) root = root->outer;
    return root->label.empty() ? std::string(running.setting->field->name) : fmt::format("{}.{}", root->label, running.setting->field->name);
  };
  const auto first = std::find_if(running_.begin(), running_.end(), [&](const Running& running) { return running.setting == &setting; });
  std::string path;
  for (auto it = first; it != running_.end(); ++it) path += fmt::format("{} → ", name(*it));
  Diagnostic& diagnostic = evaluator_.reporter().report("E0206", use, fmt::format("these values need each other: `{}{}`", path, name(*first)), fmt::format("`{}` is needed here", name(*first)));
  diagnostic.label(written_at(setting), "to know what is written here");
  diagnostic.help("write what both need as a `let` of its own");
  return {};
}

Value Builder::compute(Node& node, Setting& setting) {
  Value value{Null{}, {}};
  if (!setting.writings.empty()) value = whole(setting.writings.back(), node, *setting.field);
  if (setting.opened.valid()) value = opened(node, setting, std::move(value));
  if (!value.poisoned() && !value.null()) check_names(node, setting, value);
  return value;
}

namespace {

/// Values that the text of a component makes say so; what a caller handed over is the caller's.
Value marked(Value value, const Writing& writing) {
  const Span made = value.origin.span;
  const Span text = writing.value->span;
  if (writing.by->kind == Provenance::Kind::component && made.source == text.source && made.begin >= text.begin && made.end <= text.end) value.origin.component = true;
  return value;
}

}  // namespace

Value Builder::whole(const Writing& writing, Node& node, const Field& field) {
  Value value = evaluate(*writing.value, writing.frame, node, field);
  if (value.poisoned() || value.null()) return value;
  const Place place{.name = field.name,
                    .written = writing.value->span,
                    .declared = {},
                    .literal_text = false,
                    .literal = is_literal(*writing.value),
                    .argument_first = writing.by->kind == Provenance::Kind::component};
  return marked(conform(std::move(value), evaluator_.schema_types().of(field.type), place, evaluator_, evaluator_.reporter()), writing);
}

Value Builder::entry_of(Node& node, const Field& field, const std::string& key, Writing& writing) {
  static const Type kAnything;
  const Type& type = evaluator_.schema_types().of(field.type);
  const Type& element = type.element == nullptr ? kAnything : *type.element;
  const std::uint64_t reads = evaluator_.local_reads;
  Value value = evaluate(*writing.value, writing.frame, node, field);
  if (!value.poisoned() && !value.null()) {
    const Place place{.name = key,
                      .written = writing.value->span,
                      .declared = {},
                      .literal_text = element.kind == Type::Kind::string,
                      .literal = is_literal(*writing.value),
                      .argument_first = writing.by->kind == Provenance::Kind::component};
    value = marked(conform(std::move(value), element, place, evaluator_, evaluator_.reporter()), writing);
  }
  writing.varies = evaluator_.local_reads != reads;
  return value;
}

Value Builder::opened(Node& node, Setting& setting, Value base) {
  if (base.poisoned()) return base;
  Map entries = base.as_map() == nullptr ? Map{} : *base.as_map();
  bool good = true;
  for (auto& [key, writings] : setting.entries) {
    Value value = entry_of(node, *setting.field, key, writings.back());
    good = good && !value.poisoned();
    if (value.null()) {
      entries.erase(key);
    } else {
      entries.insert_or_assign(key, std::move(value));
    }
  }
  return good ? make_map(std::move(entries), {.span = setting.opened}) : Value{};
}

Value Builder::evaluate(const ast::Expr& expression, const FramePtr& frame, Node& node, const Field& field) {
  if (field.type.kind == TypeKind::field_path || (field.type.element != nullptr && field.type.element->kind == TypeKind::field_path)) {
    Node* root = &node;
    while (root->outer != nullptr) root = root->outer;
    auto named = std::make_shared<Frame>();
    named->parent = frame;
    named->fields = root->schema;
    return evaluator_.evaluate(expression, named);
  }
  if (field.local_ref.empty()) {
    evaluator_.bare_names.clear();
    Value value = evaluator_.evaluate(expression, frame);
    for (const BareName& name : std::exchange(evaluator_.bare_names, {})) check_name(node, name.kind, name.text, name.span);
    return value;
  }
  const auto bare = [&](const ast::Expr& part) -> std::optional<Value> {
    const auto* name = ast::as<ast::NameRef>(part);
    if (name == nullptr || (frame != nullptr && frame->find(name->name.text) != nullptr)) return std::nullopt;
    return make_string(name->name.text, {.span = part.span});
  };
  if (auto text = bare(expression)) return *std::move(text);
  const auto* list = ast::as<ast::List>(expression);
  if (list == nullptr) return evaluator_.evaluate(expression, frame);
  List values;
  for (const ast::Element& element : list->elements) {
    auto text = element.spread ? std::nullopt : bare(*element.value);
    values.push_back(text ? *std::move(text) : evaluator_.evaluate(*element.value, frame));
  }
  return make_list(std::move(values), {.span = expression.span});
}

// ---- names of blocks nearby --------------------------------------------------------------------------------------------------------

void Builder::check_names(Node& node, const Setting& setting, const Value& value) {
  const Field& field = *setting.field;
  if (!field.keys_name.empty() && value.as_map() != nullptr) {
    for (const auto& [key, item] : *value.as_map()) {
      const auto entry = setting.entries.find(key);
      check_name(node, field.keys_name, key, entry == setting.entries.end() ? item.origin.span : entry->second.back().key);
    }
  }
  if (field.local_ref.empty()) return;
  if (const std::string* text = value.as_string()) check_name(node, field.local_ref, *text, value.origin.span);
  if (const List* list = value.as_list()) {
    for (const Value& item : *list) {
      if (item.as_string() != nullptr) check_name(node, field.local_ref, *item.as_string(), item.origin.span);
    }
  }
}

void Builder::check_name(Node& node, std::string_view kind, const std::string& name, Span span) {
  Node* holder = holder_of(node, kind);
  if (holder == nullptr || holder->block(kind, name) != nullptr || holder->doubtful) return;
  const auto names = labels_of(*holder, kind);
  Diagnostic& diagnostic = evaluator_.reporter().report("E0209", span, fmt::format("nothing is named `{}` in this {}", name, holder->schema->kind), fmt::format("no such {}", kind));
  diagnostic.note(fmt::format("{}s here: {}", kind, names.empty() ? "none" : fmt::format("`{}`", fmt::join(names, "`, `"))));
  if (const auto meant = suggest(name, names)) diagnostic.help(fmt::format("did you mean `{}`?", *meant)).fix(span, *meant);
}

// ---- whole blocks ------------------------------------------------------------------------------------------------------------------

ir::Value Builder::to_body(const Value& value, Span span) {
  const std::size_t size = size_of(value);
  const std::string* text = value.as_string();
  if (text != nullptr) evaluator_.budget().take_steps(static_cast<std::int64_t>(text->size() / Limits::kBytesPerStep), span);
  return evaluator_.budget().take_values(size, span) ? to_ir(value) : ir::Value{};
}

ir::Map Builder::build(Node& node, const std::string& path) {
  ir::Map body;
  for (Setting& setting : node.settings) {
    if (evaluator_.budget().exhausted()) return body;
    if (setting.writings.empty() && !setting.opened.valid()) continue;
    if (!check_variant(node, setting)) continue;
    const Value& value = value_of(node, setting, written_at(setting));
    record(setting, value, path);
    if (contains_poison(value) || value.null()) continue;
    ir::Value made = to_body(value, written_at(setting));
    if (!made.empty()) body.set(std::string(setting.field->name), std::move(made));
  }
  for (const auto& inner : node.blocks) {
    if (evaluator_.budget().exhausted()) return body;
    const std::string kind(inner->schema->kind);
    std::string inner_path = chains == nullptr ? "" : path + "." + kind + (inner->label.empty() ? "" : "." + inner->label);
    ir::Map made = build(*inner, inner_path);
    if (inner->schema->label == LabelKind::variant) made.set(std::string(inner->schema->variant_field), ir::Value::string(inner->variant, {.span = inner->variant_span}));
    ir::Value value = ir::Value::map(std::move(made), {.span = inner->header, .component = inner->component});
    if (inner->schema->label != LabelKind::name) {
      body.set(kind, std::move(value));
      continue;
    }
    ir::Value* all = body.find(kind);
    if (all == nullptr) all = &body.set(kind, ir::Value::map({}, {.span = inner->header}));
    all->as_map()->set(inner->label, std::move(value));
  }
  complete(node, body);
  return body;
}

bool Builder::check_variant(const Node& node, const Setting& setting) {
  const Field& field = *setting.field;
  if (node.variant.empty() || field.variants.empty() || std::find(field.variants.begin(), field.variants.end(), node.variant) != field.variants.end()) return true;
  evaluator_.reporter()
      .report("E0201", written_at(setting), fmt::format("`{} {}` has no setting `{}`", node.schema->kind, node.variant, field.name), "it has no such setting")
      .label(node.variant_span, "this way")
      .note(fmt::format("`{}` belongs to {} `{}`", field.name, node.schema->kind, fmt::join(field.variants, "`, `")));
  return false;
}

void Builder::complete(Node& node, const ir::Map& body) {
  Reporter& reporter = evaluator_.reporter();
  if (evaluator_.budget().exhausted() || node.doubtful) return;
  const Block& schema = *node.schema;
  for (const Field& field : schema.fields) {
    if (!field.required || body.find(field.name) != nullptr) continue;
    if (!field.variants.empty() && std::find(field.variants.begin(), field.variants.end(), node.variant) == field.variants.end()) continue;
    const Setting* written = node.setting(field.name);
    if (written != nullptr && contains_poison(written->value)) continue;  // wrong, and reported
    if (field.name == "task" && (node.task != nullptr || has_task_sets(body))) continue;
    Diagnostic& diagnostic = reporter.report("E0213", node.header, fmt::format("this {} has no `{}`", schema.kind, field.name), fmt::format("`{}` is missing", field.name));
    diagnostic.note(std::string(field.doc));
    diagnostic.help(fmt::format("add `{} = …` (`{}`)", field.name, field.type.text));
  }
  for (const Block& block : schema.blocks) {
    if (block.label != LabelKind::name) continue;
    const auto count = static_cast<int>(std::count_if(node.blocks.begin(), node.blocks.end(), [&](const auto& inner) { return inner->schema == &block; }));
    if (count >= block.minimum && count <= block.maximum) continue;
    const bool few = count < block.minimum;
    reporter.report("E0319", node.header, fmt::format("this {} has {} {}s; it must have {} {}", schema.kind, count, block.kind, few ? "at least" : "at most", few ? block.minimum : block.maximum),
                    few ? "too few" : "too many")
        .help(few ? fmt::format("add `{} NAME {{ … }}`", block.kind) : fmt::format("leave {} out", count - block.maximum));
  }
  if (schema.choice && node.blocks.size() > 1) {
    std::vector<std::string_view> kinds;
    for (const Block& block : schema.blocks) kinds.push_back(block.kind);
    reporter.report("E0213", node.blocks[1]->header, fmt::format("a {} is one of `{}`", schema.kind, fmt::join(kinds, "`, `")), "one too many")
        .label(node.blocks.front()->header, "the first one");
  }
}

// ---- how a setting got its value ---------------------------------------------------------------------------------------------------

void Builder::record(const Setting& setting, const Value& value, const std::string& path) {
  if (chains == nullptr) return;
  const std::string field_path = path + "." + std::string(setting.field->name);
  const auto chain = [&](const std::string& key, const std::vector<Writing>& writings, const Value& last) {
    std::vector<ir::Layer>& layers = (*chains)[key];
    for (const Writing& writing : writings) {
      const bool wins = &writing == &writings.back();
      std::string text = wins ? (last.null() ? "unset" : spell(last)) : one_line(evaluator_.reporter().text(writing.value->span));
      if (!wins && last.tainted()) text = spell(last);
      layers.push_back({std::move(text), writing.value->span, writing.by->how});
    }
  };
  if (!setting.writings.empty()) chain(field_path, setting.writings, value);
  for (const auto& [key, writings] : setting.entries) {
    static const Value kUnset{Null{}, {}};
    const Map* map = value.as_map();
    const auto found = map == nullptr ? Map::const_iterator() : map->find(key);
    chain(field_path + "." + key, writings, map == nullptr || found == map->end() ? kUnset : found->second);
  }
}

bool has_task_sets(const ir::Map& service) {
  const ir::Value* controller = service.find("controller");
  return controller != nullptr && controller->as_string() != nullptr && *controller->as_string() == "external";
}

Value from_ir(const ir::Value& value) {
  const ir::Origin origin = value.origin();
  if (value.empty()) return {Null{}, origin};
  if (const bool* b = value.as_bool()) return {*b, origin};
  if (const ir::Quantity* quantity = value.as_quantity()) return {*quantity, origin};
  if (const std::string* text = value.as_string()) return make_string(*text, origin);
  if (const ir::Reference* reference = value.as_reference()) return {*reference, origin};
  if (const ir::List* list = value.as_list()) {
    List items;
    for (const ir::Value& item : *list) items.push_back(from_ir(item));
    return make_list(std::move(items), origin);
  }
  if (const ir::Map* map = value.as_map()) {
    Map entries;
    for (const auto& [key, item] : *map) entries.emplace(key, from_ir(item));
    return make_map(std::move(entries), origin);
  }
  Value hidden = make_string(std::string(value.as_sensitive()->text->reveal()), origin);
  hidden.sensitive = true;
  return hidden;
}

}  // namespace berth::sema
