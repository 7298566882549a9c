#include "compiler/sema/bind.h"

#include <algorithm>

#include <fmt/format.h>

#include "compiler/sema/builtins.h"
#include "compiler/sema/declare.h"
#include "ir/schema.h"

namespace berth::sema {
namespace {

/// A local name and whether it was used.
struct Local {
  const ast::Name* name;
  std::string_view word;
  Span removal;  ///< of a let: the item
  bool used = false;
};

class Binder {
 public:
  Binder(Scope& scope, bool computed_names, Reporter& reporter) : scope_(scope), computed_names_(computed_names), reporter_(reporter) {}

  void file(const ast::File& file) {
    for (const ast::Item& item : file.items) top_level(item);
  }

  /// Unused top-level names; a mistake elsewhere may be the reason, so they are named only in a stack without errors.
  void unused(const std::vector<ast::File>& files) {
    if (reporter_.errors() > 0) return;
    for (const ast::File& file : files) {
      for (const ast::Item& item : file.items) {
        const auto* param = ast::as<ast::Param>(item);
        const auto* let = ast::as<ast::Let>(item);
        if (param == nullptr && let == nullptr) continue;
        const ast::Name& name = param != nullptr ? param->name : let->name;
        const Symbol* symbol = scope_.find(name.text);
        if (symbol != nullptr && symbol->span == name.span && !symbol->used) report_unused(symbol->word, name, item.span);
      }
    }
    for (const Local& local : unused_locals_) report_unused(local.word, *local.name, local.removal);
  }

 private:
  /// Names in the parts of the source that are not carried out count as used, and are not looked into further.
  class Lenient {
   public:
    explicit Lenient(Binder& binder) : binder_(binder), before_(binder.lenient_) { binder_.lenient_ = true; }
    ~Lenient() { binder_.lenient_ = before_; }
    Lenient(const Lenient&) = delete;
    Lenient& operator=(const Lenient&) = delete;

   private:
    Binder& binder_;
    bool before_;
  };

  void report_unused(std::string_view word, const ast::Name& name, Span removal) {
    reporter_.report("W0501", name.span, fmt::format("the {} `{}` is never used", word, name.text), "nothing reads it")
        .help("remove it")
        .fix(removal, "");
  }

  // ---- items -------------------------------------------------------------------------------------------------------------------------

  void top_level(const ast::Item& item) {
    if (const auto* param = ast::as<ast::Param>(item)) {
      type(*param->type);
      expression(param->default_value);
      for (const ast::Where& where : param->wheres) this->where(where);
    } else if (const auto* let = ast::as<ast::Let>(item)) {
      if (let->type != nullptr) type(*let->type);
      expression(let->value);
    } else if (const auto* choice = ast::as<ast::If>(item)) {
      branches(*choice, [&](const ast::Body& body) { scoped(body, [&](const ast::Item& inner) { top_level(inner); }); });
    } else if (const auto* loop = ast::as<ast::For>(item)) {
      for_clause(loop->clause, [&] { scoped(loop->body, [&](const ast::Item& inner) { top_level(inner); }); });
    } else if (const auto* entry = ast::as<ast::Entry>(item)) {
      const std::string_view word = entry->key.is_literal() ? entry->key.text() : "";
      const ir::schema::Block* block = word == "stack" ? &ir::schema::stack_block() : ir::schema::resource_kind(word);
      labels(*entry);
      if (block == nullptr) {
        const Lenient lenient(*this);
        value_or_body(*entry, nullptr);
      } else {
        value_or_body(*entry, block);
      }
    } else {
      other(item);
    }
  }

  /// The sorts of items that mean the same everywhere.
  void other(const ast::Item& item) {
    if (const auto* function = ast::as<ast::Fn>(item)) return this->function(*function);
    if (const auto* declaration = ast::as<ast::TypeDecl>(item)) {
      type(*declaration->type);
      for (const ast::Where& where : declaration->wheres) this->where(where);
    } else if (const auto* output = ast::as<ast::Output>(item)) {
      type(*output->type);
      expression(output->value);
    } else if (const auto* assertion = ast::as<ast::Assert>(item)) {
      expression(assertion->condition);
      string(assertion->message);
    } else if (const auto* check = ast::as<ast::Check>(item)) {
      const Lenient lenient(*this);
      expression(check->source);
      expression(check->condition);
      for (const ast::Item& inner : check->body.items) block_item(inner, nullptr);
    } else if (const auto* use = ast::as<ast::Use>(item)) {
      const Lenient lenient(*this);
      expression(use->value);
    }
  }

  void function(const ast::Fn& function) {
    const std::size_t outer = locals_.size();
    for (const ast::FnParam& param : function.params) {
      type(*param.type);
      expression(param.default_value);
    }
    for (const ast::FnParam& param : function.params) enter(param.name, "argument");
    type(*function.result);
    expression(function.value);
    locals_.resize(outer);
  }

  void labels(const ast::Entry& entry) {
    for (const ast::Key& label : entry.labels) key(label);
  }

  void value_or_body(const ast::Entry& entry, const ir::schema::Block* block) {
    expression(entry.value);
    if (entry.body) scoped(*entry.body, [&](const ast::Item& item) { block_item(item, block); });
  }

  /// An item of a block; `block` is null where any key may stand (maps), and in what is not carried out.
  void block_item(const ast::Item& item, const ir::schema::Block* block) {
    if (const auto* choice = ast::as<ast::If>(item)) {
      return branches(*choice, [&](const ast::Body& body) { scoped(body, [&](const ast::Item& inner) { block_item(inner, block); }); });
    }
    if (const auto* loop = ast::as<ast::For>(item)) {
      return for_clause(loop->clause, [&] { scoped(loop->body, [&](const ast::Item& inner) { block_item(inner, block); }); });
    }
    if (ast::as<ast::Let>(item) != nullptr) return;  // entered by scoped()
    if (const auto* entry = ast::as<ast::Entry>(item)) return block_entry(*entry, block);
    const Lenient lenient(*this);
    other(item);
  }

  void block_entry(const ast::Entry& entry, const ir::schema::Block* block) {
    key(entry.key);
    labels(entry);
    if (block == nullptr || !entry.key.is_literal()) return value_or_body(entry, nullptr);
    const std::string_view word = entry.key.text();
    if (const ir::schema::Block* inner = block->block(word)) return value_or_body(entry, inner);
    if (const ir::schema::Field* field = block->field(word)) {
      return value_or_body(entry, field->block_form ? nullptr : ir::schema::resource_kind(field->type.target));
    }
    const Lenient lenient(*this);
    value_or_body(entry, nullptr);
  }

  /// A body with its lets as local names.
  template <class Visit>
  void scoped(const ast::Body& body, const Visit& visit) {
    const std::size_t outer = locals_.size();
    for (const ast::Item& item : body.items) {
      const auto* let = ast::as<ast::Let>(item);
      if (let == nullptr) continue;
      if (let->type != nullptr) type(*let->type);
      expression(let->value);
      enter(let->name, "let", item.span);
    }
    for (const ast::Item& item : body.items) {
      if (ast::as<ast::Let>(item) == nullptr) visit(item);
    }
    leave(outer);
  }

  template <class Visit>
  void branches(const ast::If& choice, const Visit& visit) {
    for (const ast::IfBranch& branch : choice.branches) {
      expression(branch.condition);
      visit(branch.body);
    }
    if (choice.otherwise) visit(*choice.otherwise);
  }

  template <class Visit>
  void for_clause(const ast::ForClause& clause, const Visit& visit) {
    expression(clause.source);
    const std::size_t outer = locals_.size();
    enter(clause.first, "loop variable");
    if (clause.second) enter(*clause.second, "loop variable");
    expression(clause.condition);
    visit();
    locals_.resize(outer);
  }

  // ---- names -------------------------------------------------------------------------------------------------------------------------

  void enter(const ast::Name& name, std::string_view word, Span removal = {}) {
    if (!lenient_) check_hidden(name);
    locals_.push_back({&name, word, removal});
  }

  void check_hidden(const ast::Name& name) {
    const auto local = std::find_if(locals_.begin(), locals_.end(), [&](const Local& known) { return known.name->text == name.text; });
    const Symbol* symbol = scope_.find(name.text);
    if (local == locals_.end() && symbol == nullptr && !is_reserved(name.text)) return;
    const std::string_view word = local != locals_.end() ? local->word : symbol != nullptr ? symbol->word : "name";
    Diagnostic& diagnostic = reporter_.report("E0205", name.span, fmt::format("`{}` hides the {} `{}`", name.text, word, name.text), "the same name again");
    if (local != locals_.end()) {
      diagnostic.label(local->name->span, "the one that is hidden");
    } else if (symbol != nullptr) {
      diagnostic.label(symbol->span, "the one that is hidden");
    }
    diagnostic.help("give it another name");
  }

  void leave(std::size_t outer) {
    for (std::size_t i = outer; i < locals_.size(); ++i) {
      if (!locals_[i].used && locals_[i].word == "let" && !lenient_) unused_locals_.push_back(locals_[i]);
    }
    locals_.resize(outer);
  }

  void name(const ast::Name& name, bool called) {
    for (auto it = locals_.rbegin(); it != locals_.rend(); ++it) {
      if (it->name->text == name.text) {
        it->used = true;
        return;
      }
    }
    if (Symbol* symbol = scope_.find(name.text)) {
      symbol->used = true;
      return;
    }
    if (lenient_ || computed_names_ || is_reserved(name.text) || called) return;  // calls are evaluation's to report
    report_unknown_name(name, scope_, reporter_);
  }

  // ---- expressions -------------------------------------------------------------------------------------------------------------------

  void key(const ast::Key& key) {
    if (!key.is_name()) string(std::get<ast::String>(key.value));
  }

  void string(const ast::String& node) {
    for (const ast::StringPart& part : node.parts) {
      if (!part.is_text()) expression(std::get<ast::ExprPtr>(part.value));
    }
  }

  void expression(const ast::ExprPtr& node) {
    if (node != nullptr) expression(*node);
  }

  void expression(const ast::Expr& node) {
    if (const auto* reference = ast::as<ast::NameRef>(node)) return name(reference->name, false);
    if (const auto* text = ast::as<ast::String>(node)) return string(*text);
    if (const auto* list = ast::as<ast::List>(node)) {
      for (const ast::Element& element : list->elements) expression(element.value);
    } else if (const auto* object = ast::as<ast::Object>(node)) {
      for (const ast::Field& field : object->fields) {
        if (field.key) key(*field.key);
        expression(field.value);
      }
    } else if (const auto* list_for = ast::as<ast::ListFor>(node)) {
      for_clause(list_for->clause, [&] { expression(list_for->value); });
    } else if (const auto* object_for = ast::as<ast::ObjectFor>(node)) {
      for_clause(object_for->clause, [&] {
        expression(object_for->key);
        expression(object_for->value);
      });
    } else if (const auto* unary = ast::as<ast::Unary>(node)) {
      expression(unary->operand);
    } else if (const auto* binary = ast::as<ast::Binary>(node)) {
      expression(binary->left);
      expression(binary->right);
    } else if (const auto* conditional = ast::as<ast::Conditional>(node)) {
      expression(conditional->condition);
      expression(conditional->consequence);
      expression(conditional->alternative);
    } else if (const auto* member = ast::as<ast::Member>(node)) {
      expression(member->object);
    } else if (const auto* index = ast::as<ast::Index>(node)) {
      expression(index->object);
      expression(index->index);
    } else if (const auto* call = ast::as<ast::Call>(node)) {
      if (const auto* callee = ast::as<ast::NameRef>(*call->callee)) {
        name(callee->name, true);
      } else {
        expression(call->callee);
      }
      for (const ast::Argument& argument : call->arguments) expression(argument.value);
    }
  }

  // ---- types -------------------------------------------------------------------------------------------------------------------------

  void where(const ast::Where& where) {
    expression(where.condition);
    if (where.message) string(*where.message);
  }

  void type(const ast::TypeExpr& node) {
    if (const auto* record = ast::as<ast::RecordType>(node)) {
      for (const ast::TypeField& field : record->fields) {
        type(*field.type);
        expression(field.default_value);
        for (const ast::Where& where : field.wheres) this->where(where);
      }
    } else if (const auto* members = ast::as<ast::UnionType>(node)) {
      for (const ast::TypeExprPtr& member : members->members) type(*member);
    } else if (const auto* named = ast::as<ast::NamedType>(node)) {
      for (const ast::TypeArgument& argument : named->arguments) {
        if (const auto* inner = std::get_if<ast::TypeExprPtr>(&argument)) type(**inner);
      }
    }
  }

  Scope& scope_;
  bool computed_names_;
  Reporter& reporter_;
  std::vector<Local> locals_;
  std::vector<Local> unused_locals_;
  bool lenient_ = false;
};

}  // namespace

void report_unknown_name(const ast::Name& name, Scope& scope, Reporter& reporter) {
  Diagnostic& diagnostic = reporter.report("E0204", name.span, fmt::format("unknown name `{}`", name.text), "nothing has this name");
  if (const Symbol* near = scope.nearest(name.text)) {
    diagnostic.help(fmt::format("did you mean the {} `{}`?", near->word, near->name)).fix(name.span, near->name);
  } else if (find_builtin(name.text) != nullptr) {
    diagnostic.help(fmt::format("`{}` is a function: `{}(…)`", name.text, name.text));
  } else {
    diagnostic.help("text is written in quotes");
  }
}

void bind_names(const std::vector<ast::File>& files, Scope& scope, bool computed_names, Reporter& reporter) {
  Binder binder(scope, computed_names, reporter);
  for (const ast::File& file : files) binder.file(file);
  binder.unused(files);
}

}  // namespace berth::sema
