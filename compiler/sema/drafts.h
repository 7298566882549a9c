#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/sema/build.h"
#include "compiler/sema/component.h"
#include "compiler/sema/layer.h"
#include "compiler/sema/module.h"
#include "compiler/sema/stencil.h"

namespace berth::sema {

/// A resource (or extern) in the making: where its texts are, and how far they have been read.
struct Draft {
  enum class State { declared, layering, layered, built };

  ir::Address address;
  const ir::schema::Block* schema = nullptr;
  bool external = false;
  Span header;
  std::string doc;
  std::vector<Piece> pieces;
  ast::Entry* release = nullptr;  ///< its body is not needed after it is built
  State state = State::declared;
  bool wrong = false;             ///< something about it was reported: what it lacks may be that
  bool fixed = false;             ///< layering it read nothing of the loop or component around it: in the next turn it has the same shape
  std::unique_ptr<Node> root;     ///< while it is layered
  ir::Map body;                   ///< once built, until `take`
  std::unique_ptr<Declared> task; ///< the task written inside it, once built
};

/// A component that was called: what it makes is declared when it is expanded.
struct Instance {
  enum class State { declared, expanding, expanded };

  Symbol* component = nullptr;
  const ast::Entry* entry = nullptr;
  std::string name;  ///< with the instances around it: "storefront.cache"
  std::vector<Piece> pieces;
  std::string doc;
  State state = State::declared;
  FramePtr frame;    ///< of the component's body, once expanded; null after a mistake
  std::map<std::string, Value, std::less<>> outputs;
};

/// Expands an instance when something needs what it makes.
class InstanceExpander {
 public:
  virtual ~InstanceExpander() = default;
  virtual void expand(Instance& instance, Span use) = 0;
};

/// The resources of a stack while they are made, readable at any time: `orders.task.memory` gives what all layers together say.
class Drafts final : public ResourceReader {
 public:
  Drafts(Evaluator& evaluator, Scope& scope, InstanceExpander& expander) : evaluator_(evaluator), expander_(expander), layerer_(evaluator, scope), builder_(evaluator) {}

  Draft& add(Draft draft);
  Instance& add(Instance instance);
  [[nodiscard]] Draft* find(const ir::Address& address);
  [[nodiscard]] Instance* instance(const std::string& name);
  [[nodiscard]] std::deque<Draft>& all() { return drafts_; }
  [[nodiscard]] std::deque<Instance>& instances() { return instances_; }

  /// Evaluates everything that is not evaluated yet and moves it to `module`, in the order of declaration. `before_moving` may add what evaluation
  /// has brought up.
  void build_all(Module& module, const std::function<void()>& before_moving);
  /// From now on everything is read from the finished program.
  void finished(const ir::Program& program) { program_ = &program; }
  /// The value of an instance's output, or nothing when it has no such output.
  std::optional<Value> output(Instance& instance, const ast::Name& name);

  Value member(const Value& object, const ast::Name& name, Span object_span) override;
  Value elements(const BlockHandle& block, Span span) override;

  Layerer& layerer() { return layerer_; }
  Builder& builder() { return builder_; }

 private:
  /// A place inside a resource: layered, or built already.
  struct Cursor {
    const ir::schema::Block* schema = nullptr;
    Node* node = nullptr;           ///< null once built
    const ir::Map* body = nullptr;  ///< null while layered
    const ir::schema::Block* named = nullptr;  ///< the kind whose label comes next
  };

  /// What is known of a text that makes one resource a turn.
  struct Turns {
    std::optional<Stencil> stencil;
    int attempts = 0;  ///< at making one: a text whose turns differ in shape is not tried for ever
  };

  Node* layered(Draft& draft, Span use);
  void build(Draft& draft);
  /// By its own text, in full.
  void assemble(Draft& draft);
  /// From the stencil of its text. False when there is none, or when this turn does not fit it.
  bool stamp(Draft& draft);
  /// The same at once for the drafts from `first` whose stencils are plain; how many it has looked at, done or not.
  std::size_t stamp_together(std::size_t first);
  /// Tries to make a stencil of a draft that was assembled; `values` entered the IR for it.
  void learn(Draft& draft, std::int64_t values);
  static void set_task(Draft& draft, ir::Map body, Span header);
  static void finish(Draft& draft);
  std::optional<Cursor> root_of(const ir::Address& address, Span use);
  std::optional<Cursor> at(const BlockHandle& handle, Span use);
  bool step(Cursor& cursor, std::string_view word) const;
  Value read(const Cursor& cursor, const BlockHandle& place, const ast::Name& name);
  Value field(const Cursor& cursor, const ir::schema::Field& field, const BlockHandle& place, Span use);
  Value all_of(const Cursor& cursor, const BlockHandle& place, Span use);
  Value no_member(const Cursor& cursor, const ast::Name& name);
  static std::vector<std::string> labels_at(const Cursor& cursor, const ir::schema::Block& kind);

  Evaluator& evaluator_;
  InstanceExpander& expander_;
  Layerer layerer_;
  Builder builder_;
  std::deque<Draft> drafts_;
  std::deque<Instance> instances_;
  std::map<ir::Address, Draft*> by_address_;
  const ir::Program* program_ = nullptr;
  std::unordered_map<std::string, Instance*> by_instance_;
  std::unordered_map<const ast::Entry*, Turns> turns_;
};

/// The AWS name of what has no `name` of its own: AWS takes no `_` in names, and no `.`.
std::string derived_name(std::string name);

}  // namespace berth::sema
