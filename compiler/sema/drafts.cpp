#include "compiler/sema/drafts.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/parallel.h"
#include "base/suggest.h"
#include "compiler/sema/declare.h"

namespace berth::sema {
namespace {

using ir::schema::Block;
using ir::schema::Field;
using ir::schema::LabelKind;

constexpr std::string_view kTask = "task";
constexpr std::string_view kName = "name";

const Field* field_of(const Block& schema, std::string_view word) {
  if (const Field* field = schema.field(word)) return field;
  for (const Field& field : schema.fields) {
    if (!field.also.empty() && field.also == word) return &field;
  }
  return nullptr;
}

bool is_referable(const Block& schema) {
  return std::any_of(schema.blocks.begin(), schema.blocks.end(), [](const Block& inner) { return !inner.referable.empty(); });
}

/// How a setting is read: images have members, and a list of records that bare values can stand for is those values, so that
/// `main.capacity.fargate_spot in s.capacity` asks what it says.
Value presented(Value value, const Field& field) {
  if (field.type.kind == ir::schema::TypeKind::image && value.as_string() != nullptr) value.image = true;
  const ir::schema::Record* record = field.type.element == nullptr ? nullptr : field.type.element->record;
  if (record == nullptr || record->primary_field.empty() || value.as_list() == nullptr) return value;
  List bare;
  for (const Value& item : *value.as_list()) {
    const Map* fields = item.as_map();
    const auto primary = fields == nullptr ? Map::const_iterator() : fields->find(record->primary_field);
    bare.push_back(fields == nullptr || primary == fields->end() ? item : primary->second);
  }
  return make_list(std::move(bare), value.origin);
}

Value handle_of(BlockHandle handle, Span span) { return {BlockPtr(std::make_shared<const BlockHandle>(std::move(handle))), {.span = span}}; }

}  // namespace

std::string derived_name(std::string name) {
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '_' || c == '.'; }, '-');
  return name;
}

Draft& Drafts::add(Draft draft) {
  Draft& added = drafts_.emplace_back(std::move(draft));
  by_address_.emplace(added.address, &added);
  return added;
}

Instance& Drafts::add(Instance instance) {
  Instance& added = instances_.emplace_back(std::move(instance));
  by_instance_.emplace(added.name, &added);
  return added;
}

Draft* Drafts::find(const ir::Address& address) {
  const auto found = by_address_.find(address);
  return found == by_address_.end() ? nullptr : found->second;
}

Instance* Drafts::instance(const std::string& name) {
  const auto found = by_instance_.find(name);
  return found == by_instance_.end() ? nullptr : found->second;
}

// ---- making ------------------------------------------------------------------------------------------------------------------------

Node* Drafts::layered(Draft& draft, Span use) {
  if (draft.state == Draft::State::layering) {
    evaluator_.reporter()
        .report("E0206", use, fmt::format("`{}` is needed to know what `{}` consists of", draft.address.name, draft.address.name), "asked for here")
        .label(draft.header, "while this is put together")
        .help("write what both need as a `let` of its own");
    return nullptr;
  }
  if (draft.state == Draft::State::declared) {
    const std::size_t errors = evaluator_.reporter().errors();
    const std::uint64_t reads = evaluator_.local_reads;
    draft.state = Draft::State::layering;
    draft.root = std::make_unique<Node>();
    draft.root->schema = draft.schema;
    draft.root->header = draft.header;
    draft.root->label = draft.address.name;
    for (const Piece& piece : draft.pieces) layerer_.add(piece, *draft.root);
    draft.state = Draft::State::layered;
    draft.wrong = evaluator_.reporter().errors() != errors;
    draft.fixed = evaluator_.local_reads == reads;
  }
  return draft.root.get();
}

void Drafts::assemble(Draft& draft) {
  Node* root = layered(draft, draft.header);
  if (root == nullptr) return;
  const auto path = [&](std::string_view kind) { return builder_.chains == nullptr ? "" : ir::Address{std::string(kind), draft.address.name}.text(); };
  draft.body = builder_.build(*root, path(draft.address.kind));
  if (root->task != nullptr) set_task(draft, builder_.build(*root->task, path(kTask)), root->task->header);
}

/// Of the task that is written inside the resource.
void Drafts::set_task(Draft& draft, ir::Map body, Span header) {
  const ir::Address address{std::string(kTask), draft.address.name};
  draft.task = std::make_unique<Declared>(Declared{.address = address, .body = std::move(body), .header = header, .doc = ""});
  draft.body.set(std::string(kTask), ir::Value::reference(address, {.span = header}));
}

bool Drafts::stamp(Draft& draft) {
  if (draft.state != Draft::State::declared || draft.pieces.size() != 1) return false;
  const auto turns = turns_.find(draft.pieces.front().entry);
  if (turns == turns_.end() || !turns->second.stencil) return false;
  Stencil& stencil = *turns->second.stencil;
  // Whatever reads this resource meanwhile reads the stencil's tree.
  draft.root = stencil.lend(draft.pieces.front().frame, draft.header, draft.address.name);
  draft.state = Draft::State::layered;
  auto bodies = stencil.fill(builder_, evaluator_.budget(), draft.header);
  if (!bodies) {
    turns->second.stencil.reset();
    draft.root.reset();
    draft.state = Draft::State::declared;
    return false;
  }
  draft.body = std::move(bodies->body);
  if (bodies->task) set_task(draft, *std::move(bodies->task), draft.root->task->header);
  stencil.take_back(std::move(draft.root));
  return true;
}

std::size_t Drafts::stamp_together(std::size_t first) {
  constexpr std::size_t kTogether = 4096;  // what is made and not yet used is small beside the whole
  const auto stencil_of = [&](const Draft& draft) -> const Stencil* {
    if (draft.state != Draft::State::declared || draft.pieces.size() != 1 || draft.pieces.front().frame == nullptr) return nullptr;
    const auto turns = turns_.find(draft.pieces.front().entry);
    return turns != turns_.end() && turns->second.stencil && turns->second.stencil->is_plain() ? &*turns->second.stencil : nullptr;
  };
  const std::size_t count = std::min(kTogether, drafts_.size() - first);
  if (count < 2 * kLeastPerPart || stencil_of(drafts_[first]) == nullptr) return 0;
  std::vector<std::optional<Stencil::Copy>> copies(count);
  const std::vector<Range> ranges = ranges_of(count, kLeastPerPart);
  in_parts(ranges.size(), [&](std::size_t part) {
    for (std::size_t i = ranges[part].begin; i < ranges[part].end; ++i) {
      const Draft& draft = drafts_[first + i];
      if (const Stencil* stencil = stencil_of(draft)) copies[i] = stencil->copy(*draft.pieces.front().frame);
    }
  });
  for (std::size_t i = 0; i < count; ++i) {
    Draft& draft = drafts_[first + i];
    const Stencil* stencil = copies[i] ? stencil_of(draft) : nullptr;
    if (stencil == nullptr || !evaluator_.budget().take_if_left(copies[i]->steps, copies[i]->values)) continue;
    draft.body = std::move(copies[i]->bodies.body);
    if (copies[i]->bodies.task) set_task(draft, *std::move(copies[i]->bodies.task), stencil->task_header());
    finish(draft);
  }
  return count;
}

void Drafts::learn(Draft& draft, std::int64_t values) {
  constexpr int kAttempts = 8;
  const bool is_right = !draft.wrong && draft.root != nullptr;
  const bool has_turns = draft.fixed && draft.pieces.size() == 1 && draft.pieces.front().frame != nullptr;
  if (builder_.chains != nullptr || !is_right || !has_turns) return;
  const Piece& piece = draft.pieces.front();
  Turns& turns = turns_[piece.entry];
  if (turns.stencil || ++turns.attempts > kAttempts) return;
  Stencil::Bodies bodies{.body = draft.body, .task = {}};
  if (draft.task != nullptr) bodies.task = draft.task->body;
  turns.stencil = Stencil::of(std::move(draft.root), piece.frame, std::move(bodies), values, evaluator_.schema_types());
}

void Drafts::build(Draft& draft) {
  const std::size_t errors = evaluator_.reporter().errors();
  const std::int64_t values = evaluator_.budget().values();
  const bool stamped = stamp(draft);
  if (!stamped) assemble(draft);
  if (draft.state == Draft::State::layering) return;
  draft.wrong = draft.wrong || evaluator_.reporter().errors() != errors;
  if (!stamped) learn(draft, evaluator_.budget().values() - values);
  finish(draft);
}

/// Its bodies are made: what they were made of is not needed any more.
void Drafts::finish(Draft& draft) {
  draft.state = Draft::State::built;
  draft.root.reset();
  draft.pieces.clear();
  if (draft.release != nullptr) draft.release->body.reset();
}

void Drafts::build_all(Module& module, const std::function<void()>& before_moving) {
  // Expanding one instance may add others, and resources, at the end.
  for (std::size_t i = 0; i < instances_.size(); ++i) expander_.expand(instances_[i], header_span(*instances_[i].entry));
  std::size_t looked_at = 0;
  for (std::size_t i = 0; i < drafts_.size(); ++i) {
    if (evaluator_.budget().exhausted()) return;
    if (i >= looked_at) looked_at = i + stamp_together(i);
    if (drafts_[i].state != Draft::State::built) build(drafts_[i]);
  }
  before_moving();
  module.resources.reserve(drafts_.size() * 2);
  for (Draft& draft : drafts_) {
    if (draft.wrong || draft.state != Draft::State::built) continue;
    std::vector<Declared>& target = draft.external ? module.externs : module.resources;
    target.push_back({std::move(draft.address), std::move(draft.body), draft.header, std::move(draft.doc)});
    if (draft.task != nullptr) target.push_back(std::move(*draft.task));
  }
  by_address_.clear();
}

std::optional<Value> Drafts::output(Instance& instance, const ast::Name& name) {
  expander_.expand(instance, name.span);
  if (const auto known = instance.outputs.find(name.text); known != instance.outputs.end()) return known->second;
  for (const ast::Item& item : Component(*instance.component).items()) {
    const auto* output = ast::as<ast::Output>(item);
    if (output == nullptr || output->name.text != name.text) continue;
    if (instance.frame == nullptr) return Value{};
    const Place place{.name = output->name.text, .written = {}, .declared = output->type->span};
    Value value = evaluator_.evaluate_as(*output->value, *evaluator_.type_of(*output->type), place, instance.frame);
    return instance.outputs.emplace(name.text, std::move(value)).first->second;
  }
  return std::nullopt;
}

// ---- reading -----------------------------------------------------------------------------------------------------------------------

std::optional<Drafts::Cursor> Drafts::root_of(const ir::Address& address, Span use) {
  if (program_ != nullptr) {
    if (const auto known = program_->resources.find(address); known != program_->resources.end()) {
      return Cursor{.schema = ir::schema::resource_kind(address.kind), .body = known->second.body.as_map()};
    }
    const auto known = program_->externs.find(address);
    if (known == program_->externs.end()) return std::nullopt;
    return Cursor{.schema = ir::schema::extern_kind(address.kind), .body = known->second.body.as_map()};
  }
  Draft* draft = find(address);
  bool task = false;
  for (const std::string_view kind : {"service", "job"}) {
    if (draft != nullptr || address.kind != kTask) break;
    draft = find({std::string(kind), address.name});
    task = true;
  }
  if (draft == nullptr) {
    if (Instance* made = instance(address.name)) {
      if (made->state != Instance::State::declared) return std::nullopt;
      expander_.expand(*made, use);
      return root_of(address, use);
    }
    return std::nullopt;
  }
  if (draft->state == Draft::State::built) {
    if (task && draft->task == nullptr) return std::nullopt;
    return Cursor{.schema = task ? ir::schema::resource_kind(kTask) : draft->schema, .body = task ? &draft->task->body : &draft->body};
  }
  Node* node = layered(*draft, use);
  if (task && node != nullptr) node = node->task.get();
  if (node == nullptr) return std::nullopt;
  return Cursor{.schema = node->schema, .node = node};
}

std::vector<std::string> Drafts::labels_at(const Cursor& cursor, const Block& kind) {
  std::vector<std::string> labels;
  if (kind.label != LabelKind::name) {
    const bool there = cursor.node != nullptr ? cursor.node->block(kind.kind) != nullptr : cursor.body->find(kind.kind) != nullptr;
    if (there) labels.emplace_back();
  } else if (cursor.node != nullptr) {
    for (const auto& inner : cursor.node->blocks) {
      if (inner->schema == &kind) labels.push_back(inner->label);
    }
  } else if (const ir::Value* all = cursor.body->find(kind.kind); all != nullptr && all->as_map() != nullptr) {
    for (const auto& [label, value] : *all->as_map()) labels.push_back(label);
  }
  return labels;
}

/// Goes one word further along a path; false when there is no such thing.
bool Drafts::step(Cursor& cursor, std::string_view word) const {
  const bool labelled = cursor.named != nullptr;
  const Block* kind = labelled ? cursor.named : cursor.schema->block(word);
  if (kind == nullptr) return false;
  if (!labelled && kind->label == LabelKind::name) {
    cursor.named = kind;
    return true;
  }
  if (cursor.node != nullptr) {
    cursor.node = cursor.node->block(kind->kind, labelled ? word : "");
    if (cursor.node == nullptr) return false;
  } else {
    const ir::Value* inner = cursor.body->find(kind->kind);
    if (labelled && inner != nullptr && inner->as_map() != nullptr) inner = inner->as_map()->find(word);
    if (inner == nullptr || inner->as_map() == nullptr) return false;
    cursor.body = inner->as_map();
  }
  cursor.schema = kind;
  cursor.named = nullptr;
  return true;
}

std::optional<Drafts::Cursor> Drafts::at(const BlockHandle& handle, Span use) {
  auto cursor = root_of(handle.root, use);
  for (const std::string& word : handle.path) {
    if (!cursor || !step(*cursor, word)) return std::nullopt;
  }
  return cursor;
}

Value Drafts::member(const Value& object, const ast::Name& name, Span object_span) {
  if (const BlockHandle* handle = object.as_block()) {
    if (handle->kind) {
      evaluator_.reporter().report("E0117", object_span, "what a caller wrote for a block is spliced with `use`, not read", "a block");
      return {};
    }
    const auto cursor = at(*handle, name.span);
    return cursor ? read(*cursor, *handle, name) : Value{};
  }
  const ir::Address& address = object.as_reference()->target;
  if (Instance* made = instance(address.name)) {
    if (auto value = output(*made, name)) return *std::move(value);
    if (made->frame == nullptr) return {};
  }
  const auto cursor = root_of(address, name.span);
  if (cursor) return read(*cursor, {.root = address, .path = {}, .kind = {}, .pieces = {}}, name);
  if (evaluator_.reporter().errors() == 0) {
    evaluator_.reporter().report("E0206", name.span, fmt::format("`{}` is not known yet where it is read", address.name), "read before it is declared")
        .note("what a loop or a condition declares can be read only by what follows it");
  }
  return {};
}

Value Drafts::read(const Cursor& cursor, const BlockHandle& place, const ast::Name& name) {
  BlockHandle inner{.root = place.root, .path = place.path, .kind = {}, .pieces = {}};
  inner.path.push_back(name.text);
  Cursor next = cursor;
  if (cursor.named != nullptr) return step(next, name.text) ? handle_of(std::move(inner), name.span) : no_member(cursor, name);
  // `main.capacity.batch`: a label among those that can be referred to.
  if (is_referable(*cursor.schema)) {
    for (const Block& kind : cursor.schema->blocks) {
      const auto labels = labels_at(cursor, kind);
      const std::string wanted = kind.label == LabelKind::name ? name.text : kind.kind == name.text ? "" : "?";
      if (kind.referable.empty() || std::find(labels.begin(), labels.end(), wanted) == labels.end()) continue;
      return {ir::Reference{{std::string(kind.referable), place.root.name + "." + name.text}}, {.span = name.span}};
    }
  }
  if (const Field* field = field_of(*cursor.schema, name.text)) {
    const bool inline_task = field->name == kTask && ((cursor.node != nullptr && cursor.node->task != nullptr));
    if (inline_task) return {ir::Reference{{std::string(kTask), place.root.name}}, {.span = name.span}};
    return this->field(cursor, *field, place, name.span);
  }
  const Block* kind = cursor.schema->block(name.text);
  if (kind == nullptr) return no_member(cursor, name);
  if (!step(next, name.text)) return {Null{}, {.span = name.span}};
  return handle_of(std::move(inner), name.span);
}

Value Drafts::field(const Cursor& cursor, const Field& field, const BlockHandle& place, Span use) {
  Value value{Null{}, {.span = use}};
  if (cursor.node != nullptr) {
    if (Setting* setting = cursor.node->setting(field.name)) value = builder_.value_of(*cursor.node, *setting, use);
  } else if (const ir::Value* known = cursor.body->find(field.name)) {
    value = from_ir(*known);
  }
  if (!value.null()) return presented(std::move(value), field);
  if (field.name == kName && place.path.empty()) return make_string(derived_name(place.root.name), {.span = use});
  const ir::Value by_default = ir::schema::default_value(field);
  return by_default.empty() ? value : from_ir(by_default);
}

Value Drafts::no_member(const Cursor& cursor, const ast::Name& name) {
  std::vector<std::string> words = cursor.named == nullptr ? words_of(*cursor.schema) : labels_at(cursor, *cursor.named);
  if (is_referable(*cursor.schema)) {
    words.clear();
    for (const Block& kind : cursor.schema->blocks) {
      for (std::string& label : labels_at(cursor, kind)) words.push_back(label.empty() ? std::string(kind.kind) : std::move(label));
    }
  }
  const std::string what = cursor.named != nullptr ? fmt::format("a {}", cursor.named->kind) : fmt::format("a {}", cursor.schema->kind);
  Diagnostic& diagnostic = cursor.named != nullptr || is_referable(*cursor.schema)
                               ? evaluator_.reporter().report("E0209", name.span, fmt::format("nothing is named `{}` here", name.text), "no such name")
                               : evaluator_.reporter().report("E0121", name.span, fmt::format("{} has no `{}`", what, name.text), "no such setting");
  if (const auto meant = suggest(name.text, words)) {
    diagnostic.help(fmt::format("did you mean `{}`?", *meant)).fix(name.span, *meant);
  } else {
    diagnostic.note(fmt::format("there are: {}", words.empty() ? "none" : fmt::format("{}", fmt::join(words, ", "))));
  }
  return {};
}

// ---- blocks as values --------------------------------------------------------------------------------------------------------------

Value Drafts::elements(const BlockHandle& handle, Span span) {
  const auto cursor = handle.kind ? std::nullopt : at(handle, span);
  if (!cursor) return {};
  return all_of(*cursor, handle, span);
}

/// What a block holds, as a map: settings with their values, and the blocks in it.
Value Drafts::all_of(const Cursor& cursor, const BlockHandle& place, Span use) {
  Map entries;
  const auto inside = [&](std::string_view word) {
    BlockHandle inner{.root = place.root, .path = place.path, .kind = {}, .pieces = {}};
    inner.path.emplace_back(word);
    return inner;
  };
  if (cursor.named != nullptr) {
    for (const std::string& label : labels_at(cursor, *cursor.named)) entries.emplace(label, handle_of(inside(label), use));
    return make_map(std::move(entries), {.span = use});
  }
  for (const Field& field : cursor.schema->fields) entries.emplace(field.name, this->field(cursor, field, place, use));
  for (const Block& kind : cursor.schema->blocks) {
    Cursor next = cursor;
    entries.emplace(kind.kind, step(next, kind.kind) ? handle_of(inside(kind.kind), use) : Value{Null{}, {.span = use}});
  }
  return make_map(std::move(entries), {.span = use});
}

}  // namespace berth::sema
