#include "compiler/sema/analyze.h"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "compiler/sema/bind.h"
#include "compiler/sema/check_block.h"
#include "compiler/sema/declare.h"
#include "compiler/sema/evaluate.h"
#include "compiler/sema/given.h"
#include "ir/schema.h"

namespace berth::sema {
namespace {

constexpr std::string_view kLanguage = "1.0";
constexpr std::size_t kMaxName = 200;

/// What names of resources and stacks are made of; they stand in tags.
bool is_plain_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxName && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

/// One stack being analysed: names first, then values, then resources.
class Analysis {
 public:
  Analysis(std::vector<ast::File> files, SourceSet& sources, DiagnosticSink& sink)
      : files_(std::move(files)), sources_(sources), sink_(sink), reporter_(sink, &sources), budget_(reporter_), evaluator_(scope_, reporter_, budget_), checker_(evaluator_, module_.resources) {}

  Module run(const std::map<std::string, std::string>& variables) {
    declarations_ = declare(files_, scope_, reporter_);
    bind_names(files_, scope_, declarations_.computed_names, reporter_);
    given_.read(variables, scope_, sources_, sink_, evaluator_);
    stack();
    for (Symbol* symbol : declarations_.values) evaluator_.value_of(*symbol, symbol->span);
    for (ast::File& file : files_) expand(file.items, nullptr, true);
    resources();
    assertions();
    outputs();
    module_.plain = std::move(evaluator_.plain);
    module_.floating = std::move(evaluator_.floating);
    return std::move(module_);
  }

 private:
  /// A resource whose name is known and whose body is not yet evaluated.
  struct Pending {
    ast::Entry* entry;
    ir::Address address;
    FramePtr frame;
    std::string doc;
    bool once;  ///< not in a loop: its body is released after it is evaluated
  };

  // ---- the stack block ---------------------------------------------------------------------------------------------------------------

  void stack() {
    evaluator_.reserved.emplace("environment", make_map({{"name", make_string("default")}}));
    evaluator_.reserved.emplace("stack", Value{});
    if (declarations_.stack == nullptr) return no_stack();
    const ast::Entry& entry = *declarations_.stack;
    module_.stack_header = header_span(entry);
    if (entry.labels.size() != 1 || !entry.is_block() || !entry.labels.front().is_literal()) {
      reporter_.report("E0218", module_.stack_header, "a stack has one name, and a body", "not complete").help("`stack NAME { }`");
      return;
    }
    const ast::Key& label = entry.labels.front();
    module_.stack = label.text();
    if (!is_plain_name(module_.stack)) {
      reporter_.report("E0219", label.span(), fmt::format("a stack cannot be named `{}`", module_.stack), "it takes letters, digits, `_` and `-`, at most 200");
    }
    evaluator_.reserved["stack"] = make_map({{"name", make_string(module_.stack, {.span = label.span()})}});
    module_.settings = checker_.check(ir::schema::stack_block(), entry, nullptr, module_.stack);
    const ir::Value* language = module_.settings.find("language");
    if (language != nullptr && language->as_string() != nullptr && *language->as_string() != kLanguage) {
      reporter_.report("E0290", language->origin().span, fmt::format("version {} of the language is not carried out by this version of berth", *language->as_string()),
                       fmt::format("this version of berth knows {}", kLanguage));
    }
  }

  void no_stack() {
    const SourceId first = files_.empty() ? SourceId::none : files_.front().source;
    reporter_.report("E0214", {first, 0, 0}, "there is no `stack` block", "")
        .note("the name of the stack is part of who owns what runs")
        .help("add `stack NAME { }`");
  }

  // ---- resources ---------------------------------------------------------------------------------------------------------------------

  void expand(std::vector<ast::Item>& items, const FramePtr& frame, bool once) {
    for (ast::Item& item : items) {
      if (budget_.exhausted()) return;
      if (auto* entry = std::get_if<ast::Entry>(&item.node)) {
        resource(*entry, frame, item.doc, once);
      } else if (auto* choice = std::get_if<ast::If>(&item.node)) {
        conditional(*choice, frame, once);
      } else if (auto* loop = std::get_if<ast::For>(&item.node)) {
        evaluator_.for_each(loop->clause, frame, [&](const FramePtr& turn) { expand_nested(loop->body.items, turn, false); });
      }
    }
  }

  void conditional(ast::If& choice, const FramePtr& frame, bool once) {
    for (ast::IfBranch& branch : choice.branches) {
      const auto chosen = evaluator_.condition(*branch.condition, frame);
      if (!chosen) return;
      if (*chosen) return expand_nested(branch.body.items, frame, once);
    }
    if (choice.otherwise) expand_nested(choice.otherwise->items, frame, once);
  }

  /// The items of a loop or condition: resources, loops, conditions and lets.
  void expand_nested(std::vector<ast::Item>& items, const FramePtr& frame, bool once) {
    FramePtr inner = frame;
    for (const ast::Item& item : items) {
      if (const auto* let = ast::as<ast::Let>(item)) {
        Value value = let->type == nullptr ? evaluator_.evaluate(*let->value, inner)
                                           : evaluator_.evaluate_as(*let->value, *evaluator_.type_of(*let->type), {.name = let->name.text, .written = {}, .declared = let->type->span}, inner);
        inner = std::make_shared<const Frame>(Frame{.parent = inner, .names = {{let->name.text, std::move(value)}}});
        continue;
      }
      const auto* entry = ast::as<ast::Entry>(item);
      const bool known = ast::as<ast::If>(item) != nullptr || ast::as<ast::For>(item) != nullptr ||
                         (entry != nullptr && entry->key.is_literal() && ir::schema::resource_kind(entry->key.text()) != nullptr);
      if (known) continue;
      const std::string_view word = entry != nullptr && entry->key.is_literal() ? entry->key.text() : uncarried_word(item);
      if (entry != nullptr && !ir::schema::is_planned_kind(word)) {
        reporter_.report("E0201", entry->key.span(), fmt::format("unknown kind `{}`", word), "only resources, `let`, `if` and `for` stand here");
      } else if (!word.empty()) {
        report_uncarried(reporter_, item.span, word);
      } else {
        reporter_.report("E0220", item.span, "this declaration cannot stand in a loop or condition", "only at the top of a file");
      }
    }
    expand(items, inner, once);
  }

  void resource(ast::Entry& entry, const FramePtr& frame, const std::string& doc, bool once) {
    const ir::schema::Block* kind = entry.key.is_literal() ? ir::schema::resource_kind(entry.key.text()) : nullptr;
    if (kind == nullptr) return;  // the stack block, or reported
    if (entry.labels.size() != 1) {
      reporter_.report("E0218", header_span(entry), fmt::format("a {} has one name", kind->kind), entry.labels.empty() ? "it has none" : "it has several")
          .help(fmt::format("`{} NAME {{ … }}`", kind->kind));
      return;
    }
    if (!entry.is_block()) {
      reporter_.report("E0220", entry.key.span(), fmt::format("`{}` is a block, not a setting", kind->kind), "a value").help(fmt::format("write `{} NAME {{ … }}`", kind->kind));
      return;
    }
    const ast::Key& label = entry.labels.front();
    const auto name = evaluator_.text_of(label, frame);
    if (!name) return;
    if (!is_plain_name(*name)) {
      reporter_.report("E0219", label.span(), fmt::format("a {} cannot be named `{}`", kind->kind, *name), "it takes letters, digits, `_` and `-`, at most 200");
      return;
    }
    if (!enter(*name, *kind, label)) return;
    if (pending_.size() >= Limits::kResources) {
      budget_.exceed(label.span(), fmt::format("a stack may have {} resources", Limits::kResources));
      return;
    }
    pending_.push_back({&entry, {std::string(kind->kind), *name}, frame, doc, once});
  }

  /// Makes the name of a resource known, once. Names that stand in the source are known since `declare`.
  bool enter(const std::string& name, const ir::schema::Block& kind, const ast::Key& label) {
    Symbol* taken = nullptr;
    Symbol symbol{.name = name, .kind = Symbol::Kind::resource, .span = label.span(), .word = kind.kind, .value = {ir::Reference{{std::string(kind.kind), name}}, {.span = label.span()}}};
    if (scope_.declare(std::move(symbol), &taken) != nullptr) {
      entered_.insert(name);
      return true;
    }
    if (taken->span == label.span() && entered_.insert(name).second) return true;
    if (taken->span == label.span()) {
      reporter_.report("E0212", label.span(), fmt::format("two iterations produce the same name `{}`", name), "the same name again").note("the name is the identity").help("make the name depend on the loop variable");
    } else {
      reporter_.report("E0202", label.span(), fmt::format("`{}` is declared twice", name), "declared again here")
          .label(taken->span, fmt::format("first declared here, as a {}", taken->word))
          .note("one name, one thing, even across kinds");
    }
    return false;
  }

  void resources() {
    module_.resources.reserve(pending_.size() * 2);
    for (Pending& pending : pending_) {
      if (budget_.exhausted()) return;
      const ir::schema::Block& kind = *ir::schema::resource_kind(pending.address.kind);
      ir::Map body = checker_.check(kind, *pending.entry, pending.frame, pending.address.name);
      module_.resources.push_back({std::move(pending.address), std::move(body), header_span(*pending.entry), std::move(pending.doc)});
      if (pending.once) pending.entry->body.reset();
    }
  }

  // ---- what is said about all of it --------------------------------------------------------------------------------------------------

  void assertions() {
    for (const ast::Assert* assertion : declarations_.asserts) {
      const auto holds = evaluator_.condition(*assertion->condition, nullptr);
      if (!holds || *holds) continue;
      const auto message = evaluator_.text_of(assertion->message, nullptr);
      reporter_.report("E0130", assertion->condition->span, message.value_or("an assertion does not hold"), "this does not hold");
    }
  }

  void outputs() {
    std::unordered_map<std::string_view, Span> names;
    for (const ast::Output* output : declarations_.outputs) {
      const auto [before, added] = names.emplace(output->name.text, output->name.span);
      if (!added) {
        reporter_.report("E0202", output->name.span, fmt::format("the output `{}` is declared twice", output->name.text), "declared again here").label(before->second, "first declared here");
        continue;
      }
      const TypePtr type = evaluator_.type_of(*output->type);
      const Value value = evaluator_.evaluate_as(*output->value, *type, {.name = output->name.text, .written = {}, .declared = output->type->span}, nullptr);
      if (!contains_poison(value) && budget_.take_values(size_of(value), output->name.span)) module_.outputs.push_back({output->name.text, to_ir(value)});
    }
  }

  std::vector<ast::File> files_;
  SourceSet& sources_;
  DiagnosticSink& sink_;
  Reporter reporter_;
  Budget budget_;
  Scope scope_;
  Evaluator evaluator_;
  GivenValues given_;
  Module module_;
  BlockChecker checker_;
  Declarations declarations_;
  std::vector<Pending> pending_;
  std::unordered_set<std::string> entered_;
};

}  // namespace

Module analyze(std::vector<ast::File> files, const std::map<std::string, std::string>& variables, SourceSet& sources, DiagnosticSink& sink) {
  return Analysis(std::move(files), sources, sink).run(variables);
}

}  // namespace berth::sema
