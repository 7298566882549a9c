#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/sema/blocks.h"
#include "compiler/sema/build.h"
#include "compiler/sema/budget.h"
#include "compiler/sema/text_template.h"
#include "ir/value.h"

namespace berth::sema {

/// What the turns of a loop, or the instances of a component, have in common when one text makes a resource in each: its layered blocks, and its body
/// with holes where settings read names that change from turn to turn. A resource is then a copy of the body with the holes filled.
class Stencil {
 public:
  struct Bodies {
    ir::Map body;
    std::optional<ir::Map> task;  ///< of the task written inside it
  };

  /// From a resource that was just built without a mistake, whose layering read nothing of `frame`. `values`: those that entered the IR for it. Nothing when
  /// the next turn may have another shape: names of its own in its blocks, or a setting that depends on the turn and is unset in this one.
  static std::optional<Stencil> of(std::unique_ptr<Node> root, const FramePtr& frame, Bodies bodies, std::int64_t values, SchemaTypes& types);

  /// The tree as `frame` makes it, nothing evaluated that depends on it.
  std::unique_ptr<Node> lend(const FramePtr& frame, Span header, const std::string& name);
  void take_back(std::unique_ptr<Node> root) { root_ = std::move(root); }

  /// The bodies of this turn, while the tree is lent. Nothing when a value is wrong or unset in it: building the resource in full says what that means.
  std::optional<Bodies> fill(Builder& builder, Budget& budget, Span header) const;

  /// A turn that was made without an evaluator, and what it takes of the budget.
  struct Copy {
    Bodies bodies;
    std::int64_t steps = 0;
    std::int64_t values = 0;
  };
  /// Whether `copy` can be asked: all holes are plain texts.
  [[nodiscard]] bool is_plain() const { return is_plain_; }
  /// The bodies of the turn that has this frame, as `fill` would make them: may be called on several threads, while nothing else is done with the stencil.
  /// Nothing where `fill` has to say what they are.
  [[nodiscard]] std::optional<Copy> copy(const Frame& frame) const;
  /// Of the task written inside the resource.
  [[nodiscard]] Span task_header() const { return root_->task->header; }

 private:
  /// A value of the body that is made anew in each turn.
  struct Hole {
    Node* node = nullptr;
    Setting* setting = nullptr;
    const std::string* key = nullptr;  ///< of the map that the setting is: only this entry; null: the whole setting
    Writing* entry = nullptr;
    bool in_task = false;
    std::vector<std::size_t> path;     ///< from map to map, the place in each
    std::optional<TextTemplate> text;  ///< where it is no more than that

    [[nodiscard]] ir::Value& in(Bodies& bodies) const;
  };
  class Punch;

  std::unique_ptr<Node> root_;
  FramePtr frame_;  ///< that the tree's texts have now
  std::vector<Writing*> writings_;  ///< all that stand in `frame_` and matter for a hole
  std::vector<Setting*> settings_;  ///< of the holes, each once
  std::vector<Hole> holes_;
  Bodies bodies_;
  std::int64_t fixed_values_ = 0;
  bool is_plain_ = false;
};

}  // namespace berth::sema
