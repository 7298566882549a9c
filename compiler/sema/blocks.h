#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/sema/scope.h"
#include "compiler/sema/value.h"
#include "ir/address.h"
#include "ir/schema.h"

/// Blocks while they are put together. A resource is the sum of several texts: its own body, what `use` splices into it, and what the environment
/// overrides. They are laid over each other first, without evaluating a setting; then each setting is evaluated once, when it is needed.
namespace berth::sema {

/// Why a text is part of a block.
struct Provenance {
  enum class Kind : std::uint8_t { body, preset, argument, component, override_ };
  Kind kind = Kind::body;
  std::string how;  ///< "container worker", "preset hardened", "override in environment prod"
};
using ProvenancePtr = std::shared_ptr<const Provenance>;

/// One writing of a setting.
struct Writing {
  const ast::Expr* value = nullptr;
  FramePtr frame;
  Span key;
  ProvenancePtr by;
  bool varies = false;  ///< an entry of a map, once computed: names of the loop or component around it were read for it
};

/// A setting of a block with everything that was written for it, first to last: the last one counts.
struct Setting {
  enum class State : std::uint8_t { untouched, running, done };

  const ir::schema::Field* field = nullptr;
  std::vector<Writing> writings;
  /// A map written as a block goes on from the last whole value: by key.
  std::map<std::string, std::vector<Writing>, std::less<>> entries;
  Span opened;  ///< the block form, where there is one
  State state = State::untouched;
  bool varies = false;  ///< once done: names of the loop or component around it were read for it
  Value value;          ///< once done: conforms to the field's type; null when it is not set
};

/// A block that is being put together.
struct Node {
  const ir::schema::Block* schema = nullptr;
  Node* outer = nullptr;  ///< the block around it; null for a resource
  std::string label;
  Span header;
  std::vector<Setting> settings;                ///< those that are written, in the order of their first writing
  std::vector<std::unique_ptr<Node>> blocks;    ///< single and named ones, in the order of their first writing
  std::unique_ptr<Node> task;                   ///< a task that is written in place of a reference to one
  std::string variant;
  Span variant_span;
  bool component = false; ///< the header stands in the text of a component
  bool doubtful = false;  ///< something in it was not understood: what seems to be missing may be that

  [[nodiscard]] Setting* setting(std::string_view name);
  [[nodiscard]] Node* block(std::string_view kind, std::string_view block_label = "");
};

/// A text that opens a block: `env { … }`, `port http = 8080`, with the names it may use.
struct Piece {
  const ast::Entry* entry = nullptr;
  FramePtr frame;
  ProvenancePtr by;
};

/// What `block(container.env)` names: a kind of block, or a setting of a block that is written as a block.
struct BlockKind {
  const ir::schema::Block* outer = nullptr;   ///< the block it stands in; null for a resource
  const ir::schema::Block* block = nullptr;   ///< null for a setting
  const ir::schema::Field* field = nullptr;   ///< null for a block

  [[nodiscard]] std::string_view word() const { return block != nullptr ? block->kind : field->name; }
};
/// The kind at a path: of a resource (`service`), of a block anywhere (`container`), or inside one (`container.env`, `service.deploy`).
std::optional<BlockKind> find_block_kind(std::string_view first, std::string_view second);

/// What a Value of a block stands for.
struct BlockHandle {
  /// A block of a resource: the names of kinds and labels that lead to it.
  ir::Address root;
  std::vector<std::string> path;
  /// Or what a caller wrote for a parameter of type `block(K)`.
  std::optional<BlockKind> kind;
  std::vector<Piece> pieces;
};

/// The words that may stand in the block: settings and kinds of blocks.
std::vector<std::string> words_of(const ir::schema::Block& block);

}  // namespace berth::sema
