#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/sema/evaluate.h"
#include "compiler/sema/module.h"
#include "compiler/sema/type.h"
#include "ir/schema.h"

namespace berth::sema {

/// Evaluates the body of a block against its schema: every setting gets its type, and what the schema does not have is reported (E0201, E0202,
/// E0203, E0209, E0213, E0218–E0220, E0290). A resource written in place of a reference (`task { }` in a service) becomes a resource of its own.
class BlockChecker {
 public:
  BlockChecker(Evaluator& evaluator, std::vector<Declared>& resources) : evaluator_(evaluator), resources_(resources) {}

  /// The settings of `entry`, which is a block of kind `schema`. `name` is the resource it belongs to.
  ir::Map check(const ir::schema::Block& schema, const ast::Entry& entry, const FramePtr& frame, const std::string& name);

 private:
  /// A key whose value must be the name of a block nearby.
  struct NameUse {
    std::string name;
    Span span;
    std::string_view kind;
  };
  /// A block that is being read.
  struct Open {
    const ir::schema::Block& schema;
    Open* outer;
    const std::string& resource;
    ir::Map body;
    std::map<std::string, Span, std::less<>> written;                 ///< settings and single blocks
    std::map<std::string, std::map<std::string, Span>, std::less<>> named;  ///< named blocks by kind and label
    std::vector<NameUse> uses;
    bool doubtful = false;  ///< something in it was not understood: what seems to be missing may be that
  };

  void items(const std::vector<ast::Item>& items, const FramePtr& frame, Open& open);
  void item(const ast::Item& item, const FramePtr& frame, Open& open);
  void entry(const ast::Entry& entry, const FramePtr& frame, Open& open);
  void setting(const ir::schema::Field& field, const ast::Entry& entry, const FramePtr& frame, Open& open);
  void inline_resource(const ir::schema::Field& field, const ast::Entry& entry, const FramePtr& frame, Open& open);
  void map_block(const ir::schema::Field& field, const ast::Entry& entry, const FramePtr& frame, Open& open);
  void map_items(const std::vector<ast::Item>& items, const ir::schema::Field& field, const FramePtr& frame, Open& open, ir::Map& entries,
                 std::map<std::string, Span, std::less<>>& written);
  void map_entry(const ast::Entry& entry, const ir::schema::Field& field, const FramePtr& frame, Open& open, ir::Map& entries,
                 std::map<std::string, Span, std::less<>>& written);
  void block(const ir::schema::Block& schema, const ast::Entry& entry, const FramePtr& frame, Open& open);
  void named_block(const ir::schema::Block& schema, const ast::Entry& entry, const FramePtr& frame, Open& open);
  void variant_block(const ir::schema::Block& schema, const ast::Entry& entry, const FramePtr& frame, Open& open);
  ir::Map block_body(const ir::schema::Block& schema, const ast::Entry& entry, const FramePtr& frame, Open* outer, const std::string& resource);
  void unknown(const ast::Entry& entry, Open& open);
  void complete(Open& open, Span header);
  void resolve_uses(Open& open);

  /// Whether this is the first time; E0203 when not.
  bool first_time(std::map<std::string, Span, std::less<>>& written, std::string_view key, Span span, std::string_view where);
  template <class Visit>
  void branches(const ast::If& choice, const FramePtr& frame, const Visit& visit);
  FramePtr with_lets(const std::vector<ast::Item>& items, const FramePtr& frame);
  ir::Value to_body(const Value& value, Span span);

  Evaluator& evaluator_;
  std::vector<Declared>& resources_;
  SchemaTypes types_;
};

}  // namespace berth::sema
