#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/sema/blocks.h"
#include "compiler/sema/evaluate.h"
#include "ir/resource.h"

namespace berth::sema {

/// Makes the settings of layered blocks into values: each once, when something asks for it, and the whole of a block in the form of the IR.
class Builder {
 public:
  explicit Builder(Evaluator& evaluator) : evaluator_(evaluator) {}

  /// The value of a setting, as its field's type takes it. Poison after a mistake that is reported, null when it is unset. `use` is the text that asks.
  const Value& value_of(Node& node, Setting& setting, Span use);
  /// The same for one entry of a map that is written as a block.
  Value entry_of(Node& node, const ir::schema::Field& field, const std::string& key, Writing& writing);
  /// The IR's form of a value that was written at `span`; empty for null, and when there is no budget left.
  ir::Value to_body(const Value& value, Span span);
  /// The block as the schema shapes it; what is missing or too much is reported. `path` is its place in the program ("service.web").
  ir::Map build(Node& node, const std::string& path);

  /// How fields got their values; null: not asked for.
  std::map<std::string, std::vector<ir::Layer>>* chains = nullptr;

 private:
  Value compute(Node& node, Setting& setting);
  Value whole(const Writing& writing, Node& node, const ir::schema::Field& field);
  Value opened(Node& node, Setting& setting, Value base);
  /// The expression, where a bare name may be the name of a block nearby or of a setting.
  Value evaluate(const ast::Expr& expression, const FramePtr& frame, Node& node, const ir::schema::Field& field);
  Value cycle(const Setting& setting, Span use);
  struct Running {
    const Node* node;
    const Setting* setting;
    Span use;
  };

  void check_names(Node& node, const Setting& setting, const Value& value);
  void check_name(Node& node, std::string_view kind, const std::string& name, Span span);
  bool check_variant(const Node& node, const Setting& setting);
  void complete(Node& node, const ir::Map& body);
  void record(const Setting& setting, const Value& value, const std::string& path);

  Evaluator& evaluator_;
  std::vector<Running> running_;
};

/// Whether somebody else deploys the service, and says for each task set what it runs, and on what.
bool has_task_sets(const ir::Map& service);

/// `value` of a resource's body as the language sees it.
Value from_ir(const ir::Value& value);

}  // namespace berth::sema
