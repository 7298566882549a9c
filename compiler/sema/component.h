#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/sema/blocks.h"
#include "compiler/sema/evaluate.h"

namespace berth::sema {

/// What a caller wrote for the parameters of a component: `web_service storefront { image = "…", env { … } }`.
struct Arguments {
  std::map<std::string, std::vector<Writing>, std::less<>> values;
  std::map<std::string, std::vector<Piece>, std::less<>> blocks;
};

/// The parameters, body and kind of a component declaration (`component NAME { … }`).
class Component {
 public:
  explicit Component(const Symbol& symbol);

  [[nodiscard]] const Symbol& symbol() const { return symbol_; }
  [[nodiscard]] const std::vector<ast::Item>& items() const { return symbol_.entry->body->items; }
  [[nodiscard]] const std::vector<const ast::Param*>& params() const { return params_; }
  [[nodiscard]] const ast::Param* param(std::string_view name) const;
  /// The block that is called `this`; null when there is none.
  [[nodiscard]] const ast::Entry* this_entry() const { return this_; }

 private:
  const Symbol& symbol_;
  std::vector<const ast::Param*> params_;
  const ast::Entry* this_ = nullptr;
};

/// The kind that `block(K)` or `blocks(K)` names; nothing for other types. `many` says whether it is `blocks`.
struct BlockParameter {
  std::optional<BlockKind> kind;  ///< nothing: K is no kind of block (reported by bind)
  bool many = false;
};
std::optional<BlockParameter> block_parameter(const ast::TypeExpr& type);

/// Reads calls of components: which text is for which parameter, and which value each parameter has.
class Caller {
 public:
  explicit Caller(Evaluator& evaluator) : evaluator_(evaluator) {}

  /// Adds what `items` write to `arguments`; later texts win.
  void collect(const Component& component, const std::vector<ast::Item>& items, const FramePtr& frame, const ProvenancePtr& by, Arguments& arguments);
  /// The frame that the component's body is evaluated in: its parameters by name. `header` is the call, for what is missing. Nothing when a
  /// parameter has no value (reported).
  FramePtr bind(const Component& component, const Arguments& arguments, const FramePtr& outer, Span header);

 private:
  using Written = std::map<std::string, Span, std::less<>>;
  void collect(const Component& component, const std::vector<ast::Item>& items, const FramePtr& frame, const ProvenancePtr& by, Arguments& arguments, Written& written);
  void entry(const Component& component, const ast::Entry& entry, const FramePtr& frame, const ProvenancePtr& by, Arguments& arguments, Written& written);
  Value value_of(const Component& component, const ast::Param& param, const Arguments& arguments, const FramePtr& frame, Span header);

  Evaluator& evaluator_;
};

}  // namespace berth::sema
