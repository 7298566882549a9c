#include "compiler/sema/stencil.h"

#include <algorithm>

namespace berth::sema {
namespace {

using ir::schema::LabelKind;

/// Where `key` stands in the map; its size when it does not.
std::size_t place_of(const ir::Map& map, std::string_view key) {
  const auto found = std::find_if(map.begin(), map.end(), [&](const ir::Map::Entry& entry) { return entry.first == key; });
  return static_cast<std::size_t>(found - map.begin());
}

ir::Value& value_at(ir::Map& map, std::size_t place) { return (map.begin() + static_cast<std::ptrdiff_t>(place))->second; }

}  // namespace

/// Walks the blocks beside the body that was made of them, and leaves holes.
class Stencil::Punch {
 public:
  Punch(Stencil& stencil, const FramePtr& frame, SchemaTypes& types) : stencil_(stencil), frame_(frame), types_(types) {}

  bool block(Node& node, ir::Map& body) {
    for (Setting& setting : node.settings) {
      if (!this->setting(node, setting, body)) return false;
    }
    for (const auto& inner : node.blocks) {
      std::size_t place = place_of(body, inner->schema->kind);
      if (place == body.size()) return false;
      const std::size_t depth = path_.size();
      path_.push_back(place);
      ir::Map* map = value_at(body, place).as_map();
      if (inner->schema->label == LabelKind::name && map != nullptr) {
        place = place_of(*map, inner->label);
        if (place == map->size()) return false;
        path_.push_back(place);
        map = value_at(*map, place).as_map();
      }
      if (map == nullptr || !block(*inner, *map)) return false;
      path_.resize(depth);
    }
    return true;
  }

  bool in_task = false;

 private:
  bool setting(Node& node, Setting& setting, ir::Map& body) {
    if (!ours(setting.writings)) return false;
    for (auto& [key, writings] : setting.entries) {
      if (!ours(writings)) return false;
    }
    if (!setting.varies) return true;
    const std::size_t place = place_of(body, setting.field->name);
    if (place == body.size()) return false;
    stencil_.settings_.push_back(&setting);
    own(setting.writings);
    for (auto& [key, writings] : setting.entries) own(writings);
    path_.push_back(place);
    const bool made = by_entries(setting) ? entries(node, setting, value_at(body, place).as_map()) : whole(node, setting, value_at(body, place));
    path_.pop_back();
    return made;
  }

  /// Whether each entry of the map can be made by itself: the map is no more than its entries, and nobody checks it as a whole.
  static bool by_entries(const Setting& setting) {
    return setting.writings.empty() && setting.field->keys_name.empty() && setting.field->local_ref.empty();
  }

  bool whole(Node& node, Setting& setting, ir::Value& value) {
    const bool is_one_text = setting.entries.empty() && !setting.opened.valid() && setting.field->local_ref.empty() && !setting.writings.empty();
    auto text = is_one_text ? text_of(setting.writings.back(), types_.of(setting.field->type)) : std::nullopt;
    hole({.node = &node, .setting = &setting, .text = std::move(text)}, value);
    return true;
  }

  bool entries(Node& node, Setting& setting, ir::Map* map) {
    if (map == nullptr) return false;
    for (auto& [key, writings] : setting.entries) {
      if (!writings.back().varies) continue;
      const std::size_t place = place_of(*map, key);
      if (place == map->size()) return false;
      path_.push_back(place);
      Writing& entry = writings.back();
      const Type& type = types_.of(setting.field->type);
      auto text = type.element == nullptr ? std::nullopt : text_of(entry, *type.element);
      hole({.node = &node, .setting = &setting, .key = &key, .entry = &entry, .text = std::move(text)}, value_at(*map, place));
      path_.pop_back();
    }
    return true;
  }

  void hole(Hole hole, ir::Value& value) {
    hole.in_task = in_task;
    hole.path = path_;
    stencil_.holes_.push_back(std::move(hole));
    value = {};
  }

  [[nodiscard]] std::optional<TextTemplate> text_of(const Writing& writing, const Type& type) const {
    if (writing.frame != frame_) return std::nullopt;
    return TextTemplate::of(*writing.value, *frame_, type, writing.by->kind == Provenance::Kind::component);
  }

  /// Texts of the turn itself, or of no turn: a `let` or a loop inside has names of its own.
  [[nodiscard]] bool ours(const std::vector<Writing>& writings) const {
    return std::all_of(writings.begin(), writings.end(), [&](const Writing& writing) { return writing.frame == nullptr || writing.frame == frame_; });
  }

  void own(std::vector<Writing>& writings) {
    for (Writing& writing : writings) {
      if (writing.frame != nullptr) stencil_.writings_.push_back(&writing);
    }
  }

  Stencil& stencil_;
  const FramePtr& frame_;
  SchemaTypes& types_;
  std::vector<std::size_t> path_;
};

std::optional<Stencil> Stencil::of(std::unique_ptr<Node> root, const FramePtr& frame, Bodies bodies, std::int64_t values, SchemaTypes& types) {
  Stencil stencil;
  stencil.bodies_ = std::move(bodies);
  Punch punch(stencil, frame, types);
  if (!punch.block(*root, stencil.bodies_.body)) return std::nullopt;
  if (root->task != nullptr) {
    punch.in_task = true;
    if (!stencil.bodies_.task || !punch.block(*root->task, *stencil.bodies_.task)) return std::nullopt;
  }
  stencil.fixed_values_ = values;
  for (const Hole& hole : stencil.holes_) {
    const Value& whole = hole.setting->value;
    stencil.fixed_values_ -= static_cast<std::int64_t>(size_of(hole.entry == nullptr ? whole : whole.as_map()->at(*hole.key)));
  }
  stencil.is_plain_ = std::all_of(stencil.holes_.begin(), stencil.holes_.end(), [](const Hole& hole) { return hole.text.has_value(); });
  stencil.root_ = std::move(root);
  stencil.frame_ = frame;
  return stencil;
}

std::unique_ptr<Node> Stencil::lend(const FramePtr& frame, Span header, const std::string& name) {
  root_->header = header;
  root_->label = name;
  if (root_->task != nullptr) root_->task->label = name;
  for (Writing* writing : writings_) writing->frame = frame;
  for (Setting* setting : settings_) {
    setting->state = Setting::State::untouched;
    setting->value = {};
  }
  frame_ = frame;
  return std::move(root_);
}

ir::Value& Stencil::Hole::in(Bodies& bodies) const {
  ir::Map* map = in_task ? &*bodies.task : &bodies.body;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) map = value_at(*map, path[i]).as_map();
  return value_at(*map, path.back());
}

std::optional<Stencil::Copy> Stencil::copy(const Frame& frame) const {
  Copy made{.bodies = bodies_, .values = fixed_values_ + static_cast<std::int64_t>(holes_.size())};
  for (const Hole& hole : holes_) {
    auto text = hole.text->make(frame, made.steps);
    if (!text) return std::nullopt;
    hole.in(made.bodies) = *std::move(text);
  }
  return made;
}

std::optional<Stencil::Bodies> Stencil::fill(Builder& builder, Budget& budget, Span header) const {
  if (!budget.take_values(static_cast<std::size_t>(fixed_values_), header)) return std::nullopt;
  Bodies made = bodies_;
  for (const Hole& hole : holes_) {
    ir::Value& place = hole.in(made);
    if (hole.entry != nullptr) {
      const Value value = builder.entry_of(*hole.node, *hole.setting->field, *hole.key, *hole.entry);
      if (value.poisoned() || value.null()) return std::nullopt;
      place = builder.to_body(value, hole.entry->key);
    } else {
      const Span span = hole.setting->writings.empty() ? hole.setting->opened : hole.setting->writings.back().key;
      const Value& value = builder.value_of(*hole.node, *hole.setting, span);
      if (contains_poison(value) || value.null()) return std::nullopt;
      place = builder.to_body(value, span);
    }
    if (place.empty()) return std::nullopt;
  }
  return made;
}

}  // namespace berth::sema
