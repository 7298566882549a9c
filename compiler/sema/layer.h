#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/sema/blocks.h"
#include "compiler/sema/component.h"
#include "compiler/sema/evaluate.h"

namespace berth::sema {

/// Lays the texts of a block over each other. The rule: later wins; `=` replaces the whole value, `{ }` opens the block of that name and goes on
/// inside, `null` unsets. One text may write a key once. Conditions, loops and labels are evaluated here, settings are not.
class Layerer {
 public:
  Layerer(Evaluator& evaluator, Scope& scope) : evaluator_(evaluator), scope_(scope), caller_(evaluator) {}

  /// Adds the text of `piece` to `node`: a body, or the value of its primary setting.
  void add(const Piece& piece, Node& node);

  /// Members that `raw unchecked { }` wrote: not compared with what the API is known to have.
  std::set<Span> unchecked;

 private:
  /// What one text wrote: the same key again is a mistake there.
  using Written = std::map<std::string, Span, std::less<>>;
  struct Text {
    FramePtr frame;
    const ProvenancePtr& by;
    Written& written;

    [[nodiscard]] Text in(FramePtr inner) const { return {std::move(inner), by, written}; }
  };

  void items(const std::vector<ast::Item>& items, const Text& text, Node& node);
  void item(const ast::Item& item, const Text& text, Node& node);
  void entry(const ast::Entry& entry, const Text& text, Node& node);
  void setting(const ir::schema::Field& field, const ast::Entry& entry, const Text& text, Node& node);
  void inline_task(const ir::schema::Field& field, const ast::Entry& entry, const Text& text, Node& node);
  void map_items(const std::vector<ast::Item>& items, const Text& text, Setting& setting, bool raw_unchecked);
  void map_entry(const ast::Entry& entry, const Text& text, Setting& setting, bool raw_unchecked);
  void block(const ir::schema::Block& schema, const ast::Entry& entry, const Text& text, Node& node);
  void named_block(const ir::schema::Block& schema, const ast::Entry& entry, const Text& text, Node& node);
  void variant_block(const ir::schema::Block& schema, const ast::Entry& entry, const Text& text, Node& node);
  void component_block(Symbol& symbol, const ast::Entry& entry, const Text& text, Node& node);
  void unknown(const ast::Entry& entry, Node& node);

  void use(const ast::Use& use, const Text& text, Node& node);
  void use_pieces(const BlockHandle& handle, Span span, Node& node);
  void use_preset(Symbol& preset, Span span, Node& node);

  Node& open(const ir::schema::Block& schema, std::string label, const ast::Entry& entry, const Text& text, Node& node);
  void remove(std::string_view kind, std::string_view label, Node& node);
  Setting& setting_of(const ir::schema::Field& field, Node& node);
  bool first_of_name(const ir::schema::Block& schema, const std::string& name, Span span, const Text& text);
  /// False, with an error, when `key` was written before in this text; `map`: the setting whose entry it is, or "".
  bool first_time(Written& written, std::string key, Span span, std::string_view map);

  Evaluator& evaluator_;
  Scope& scope_;
  Caller caller_;
};

}  // namespace berth::sema
