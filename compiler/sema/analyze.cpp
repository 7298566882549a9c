#include "compiler/sema/analyze.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "compiler/sema/bind.h"
#include "compiler/sema/declare.h"
#include "compiler/sema/environment.h"
#include "compiler/sema/evaluate.h"
#include "compiler/sema/expand.h"
#include "compiler/sema/given.h"
#include "compiler/sema/hidden.h"
#include "compiler/sema/infer.h"
#include "compiler/sema/policy.h"
#include "ir/schema.h"

namespace berth::sema {
namespace {

constexpr std::string_view kLanguage = "1.0";

}  // namespace

class Analysis::Implementation {
 public:
  Implementation(LoadedStack& loaded, const FileSystem& files, SourceSet& sources, DiagnosticSink& sink)
      : loaded_(loaded),
        files_(files),
        sources_(sources),
        sink_(sink),
        reporter_(sink, &sources),
        budget_(reporter_),
        evaluator_(scope_, reporter_, budget_),
        environment_(evaluator_, scope_),
        expander_(evaluator_, scope_, environment_) {}

  Module run(const AnalysisOptions& options) {
    options_ = options;
    declarations_ = declare(loaded_, scope_, reporter_);
    plan_checks_ = bind_names(loaded_, scope_, declarations_.computed_names, reporter_);
    check_types(loaded_, scope_, evaluator_);
    evaluator_.reader = &expander_.drafts();
    evaluator_.lock = loaded_.lock ? &*loaded_.lock : nullptr;
    evaluator_.host.read_file = [this](const std::string& path) { return files_.read(loaded_.root.empty() || loaded_.root == "." ? path : loaded_.root + "/" + path); };
    if (options.chains) expander_.drafts().builder().chains = &module_.chains;
    reserve_names();
    given_.read(options.variables, scope_, sources_, sink_, evaluator_);
    environment_.choose(declarations_.environments, options.environment, module_);
    if (options.test != nullptr) test_values(*options.test);
    evaluator_.reserved["environment"] = make_map({{"name", make_string(module_.environment)}});
    stack();
    for (const LoadedModule& module : loaded_.modules) {
      if (&module != loaded_.modules.data()) expander_.module(module.files);
    }
    const bool release = options.release && declarations_.checks.empty() && options.test == nullptr;
    expander_.stack(loaded_.modules.front().files, release);
    environment_.report_unused(expander_.kinds());
    // They may read resources, so these are known first.
    for (Symbol* symbol : declarations_.values) evaluator_.value_of(*symbol, symbol->span);
    assertions();
    outputs();
    moved();
    removed();
    expander_.drafts().build_all(module_, [&] { expander_.inline_externs(); });
    module_.plain = std::move(evaluator_.plain);
    for (const auto& [span, reason] : evaluator_.host.reveals) module_.reveals.push_back({reason, span});
    module_.files = std::move(evaluator_.host.files);
    module_.floating = std::move(evaluator_.floating);
    module_.unchecked = std::move(expander_.drafts().layerer().unchecked);
    reporter_.settle();
    return std::move(module_);
  }

  void judge(const ir::Program& program) {
    if (declarations_.checks.empty() && options_.test == nullptr) return;
    expander_.drafts().finished(program);
    ProgramReader reader(program, expander_.drafts(), stack_settings_, reporter_);
    evaluator_.reader = &reader;
    evaluator_.reserved["stack"] = reader.stack();
    for (const ast::Check* check : declarations_.checks) {
      if (plan_checks_.count(check) == 0) run_check(*check, evaluator_);
    }
    for (std::size_t i = 0; options_.test != nullptr && i < options_.test->body->items.size(); ++i) {
      if (const auto* assertion = ast::as<ast::Assert>(options_.test->body->items[i])) evaluator_.assert_holds(*assertion, nullptr, {});
    }
    evaluator_.reader = &expander_.drafts();
  }

  std::vector<Judged> judge_plan(const ir::Program& program, const ir::Value& plan) {
    std::vector<Judged> judged;
    expander_.drafts().finished(program);
    ProgramReader reader(program, expander_.drafts(), stack_settings_, reporter_);
    evaluator_.reader = &reader;
    evaluator_.reserved["stack"] = reader.stack();
    evaluator_.reserved["plan"] = from_ir(plan);
    for (const ast::Check* check : declarations_.checks) {
      if (plan_checks_.count(check) == 0) continue;
      Judged result{.check = check, .advisory = false, .failures = {}};
      const std::vector<Diagnostic> before = sink_.sorted();
      result.advisory = run_check(*check, evaluator_);
      for (Diagnostic& diagnostic : sink_.sorted()) {
        const bool is_new = std::find(before.begin(), before.end(), diagnostic) == before.end();
        if (is_new && (diagnostic.code == "E0131" || diagnostic.code == "W0507")) result.failures.push_back(std::move(diagnostic));
      }
      judged.push_back(std::move(result));
    }
    sink_.remove_if([](const Diagnostic& diagnostic) { return diagnostic.code == "E0131" || diagnostic.code == "W0507"; });
    evaluator_.reader = &expander_.drafts();
    return judged;
  }

 private:
  // ---- the stack block ---------------------------------------------------------------------------------------------------------------

  void reserve_names() {
    evaluator_.reserved.emplace("environment", Value{});
    evaluator_.reserved.emplace("stack", Value{});
  }

  void stack() {
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
    stack_settings_.emplace("name", make_string(module_.stack, {.span = label.span()}));
    evaluator_.reserved["stack"] = make_map(stack_settings_);
    Node root;
    root.schema = &ir::schema::stack_block();
    root.header = module_.stack_header;
    expander_.drafts().layerer().add({&entry, nullptr, std::make_shared<const Provenance>(Provenance{Provenance::Kind::body, "stack " + module_.stack})}, root);
    module_.settings = expander_.drafts().builder().build(root, "stack");
    for (const std::string_view word : {"region", "tags"}) {
      const ir::Value* value = module_.settings.find(word);
      stack_settings_.emplace(word, value == nullptr ? Value{Null{}, {}} : from_ir(*value));
    }
    evaluator_.reserved["stack"] = make_map(stack_settings_);
    const ir::Value* language = module_.settings.find("language");
    if (language != nullptr && language->as_string() != nullptr && *language->as_string() != kLanguage) {
      reporter_.report("E0290", language->origin().span, fmt::format("version {} of the language is not carried out by this version of berth", *language->as_string()),
                       fmt::format("this version of berth knows {}", kLanguage));
    }
  }

  void no_stack() {
    const std::vector<ast::File>& files = loaded_.modules.front().files;
    const SourceId first = files.empty() ? SourceId::none : files.front().source;
    reporter_.report("E0214", {first, 0, 0}, "there is no `stack` block", "")
        .note("the name of the stack is part of who owns what runs")
        .help("add `stack NAME { }`");
  }

  /// The `set` block of a test.
  void test_values(const ast::Entry& test) {
    for (const ast::Item& item : test.body->items) {
      const auto* entry = ast::as<ast::Entry>(item);
      if (entry != nullptr && entry->key.is_literal() && entry->key.text() == "set" && entry->is_block()) environment_.set(*entry->body);
    }
  }

  // ---- what is said about all of it --------------------------------------------------------------------------------------------------

  void assertions() {
    Drafts& drafts = expander_.drafts();
    for (std::size_t i = 0; i < drafts.instances().size(); ++i) expander_.expand(drafts.instances()[i], header_span(*drafts.instances()[i].entry));
    for (const ast::Assert* assertion : declarations_.asserts) evaluator_.assert_holds(*assertion, nullptr, {});
    for (const Expander::Assertion& assertion : expander_.assertions()) evaluator_.assert_holds(*assertion.assertion, assertion.frame, assertion.call);
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
      if (value.tainted() && !type->sensitive) {
        report_sensitive(output->value->span, fmt::format("the output `{}` would show a sensitive value", output->name.text), fmt::format("its type is `{}`, not `sensitive({})`", spell(*type), spell(*type)), reporter_);
        continue;
      }
      if (value.secret) {
        report_secret_as_text(output->value->span, reporter_);
        continue;
      }
      if (!contains_poison(value) && budget_.take_values(size_of(value), output->name.span)) module_.outputs.push_back({output->name.text, to_ir(value)});
    }
  }

  /// What an address of `moved` and `removed` means: `service.orders`, `scheduled_job["x"]`. Components stand for the resource they make.
  std::optional<ir::Address> address_of(const ast::Address& address, const ir::schema::Block* like) {
    std::vector<std::string> words;
    for (const ast::AddressSegment& segment : address.segments) {
      words.push_back(segment.name.text);
      if (segment.index && segment.index->is_literal()) words.emplace_back(segment.index->text());
    }
    if (words.size() < 2) {
      reporter_.report("E0226", address.span, "an address is a kind and a name", "not complete").help("as in `service.orders`, `service[\"q_orders\"]`");
      return std::nullopt;
    }
    ir::Address made{words.front(), words[1]};
    for (std::size_t i = 2; i < words.size(); ++i) made.name += "." + words[i];
    if (ir::schema::resource_kind(made.kind) != nullptr) return made;
    const Symbol* symbol = scope_.find(address.segments.front().name);
    const ir::schema::Block* kind = symbol != nullptr && symbol->kind == Symbol::Kind::component ? resource_of(*symbol, scope_) : like;
    if (kind == nullptr) {
      reporter_.report("E0226", address.segments.front().span, fmt::format("`{}` is no kind of resource", made.kind), "unknown kind");
      return std::nullopt;
    }
    made.kind = kind->kind;
    return made;
  }

  void moved() {
    std::map<ir::Address, Span> seen;
    for (const ast::Item* item : declarations_.moved) {
      const auto* moved = ast::as<ast::Moved>(*item);
      const auto to = address_of(moved->to, nullptr);
      if (!to) continue;
      const auto from = address_of(moved->from, ir::schema::resource_kind(to->kind));
      if (!from) continue;
      const Symbol* target = scope_.find(to->name.substr(0, to->name.find('.')));
      if (target == nullptr) {
        reporter_.report("E0226", moved->to.span, fmt::format("nothing is named `{}`", to->name), "moved to nowhere").help("a resource that is gone for good needs no `moved`: delete this line");
        continue;
      }
      if (scope_.find(from->name) != nullptr && expander_.drafts().find(*from) != nullptr) {
        reporter_.report("E0226", moved->from.span, fmt::format("`{}` is still there", from->text()), "moved away, and declared").label(scope_.find(from->name)->span, "declared here");
        continue;
      }
      if (const auto [before, added] = seen.emplace(*from, moved->from.span); !added) {
        reporter_.report("E0226", moved->from.span, fmt::format("`{}` is moved twice", from->text()), "moved again here").label(before->second, "first moved here");
        continue;
      }
      module_.moved.push_back({*from, *to, item->span});
      // A task that is written inside has the name of the resource around it.
      if (to->kind == "service" || to->kind == "job") module_.moved.push_back({{"task", from->name}, {"task", to->name}, item->span});
    }
  }

  /// `removed service x { reason = "…" }`
  void removed() {
    for (const ast::Entry* entry : declarations_.removed) {
      const bool literal = std::all_of(entry->labels.begin(), entry->labels.end(), [](const ast::Key& label) { return label.is_literal(); });
      if (entry->labels.size() != 2 || !literal || !entry->is_block()) {
        reporter_.report("E0218", header_span(*entry), "this is written `removed KIND NAME { reason = \"…\" }`", "not complete");
        continue;
      }
      const ast::Key& word = entry->labels.front();
      const Symbol* symbol = scope_.find(word.text());
      const ir::schema::Block* kind = ir::schema::resource_kind(word.text());
      if (kind == nullptr && symbol != nullptr && symbol->kind == Symbol::Kind::component) kind = resource_of(*symbol, scope_);
      if (kind == nullptr) {
        reporter_.report("E0226", word.span(), fmt::format("`{}` is no kind of resource", word.text()), "unknown kind");
        continue;
      }
      const ir::Address address{std::string(kind->kind), std::string(entry->labels.back().text())};
      if (const Symbol* known = scope_.find(address.name)) {
        reporter_.report("E0226", header_span(*entry), fmt::format("`{}` is still there", address.text()), "removed, and declared").label(known->span, "declared here");
        continue;
      }
      ir::Removed removed{.reason = "", .origin = header_span(*entry)};
      for (const ast::Item& item : entry->body->items) {
        const auto* setting = ast::as<ast::Entry>(item);
        const bool reason = setting != nullptr && setting->key.is_literal() && setting->key.text() == "reason" && setting->value != nullptr && setting->labels.empty();
        const Value value = reason ? evaluator_.evaluate(*setting->value, nullptr) : Value{};
        if (value.as_string() != nullptr) removed.reason = *value.as_string();
        if (!reason) reporter_.report("E0201", item.span, "`removed` has only `reason`", "unknown");
      }
      if (removed.reason.empty()) {
        reporter_.report("E0213", header_span(*entry), "this `removed` has no `reason`", "`reason` is missing").note("it lifts the protection of what runs: whoever reads the plan wants to know why").help("add `reason = \"…\"`");
        continue;
      }
      module_.removed.emplace(address, std::move(removed));
    }
  }

  LoadedStack& loaded_;
  const FileSystem& files_;
  SourceSet& sources_;
  DiagnosticSink& sink_;
  AnalysisOptions options_;
  Reporter reporter_;
  Budget budget_;
  Scope scope_;
  Evaluator evaluator_;
  GivenValues given_;
  Module module_;
  Environment environment_;
  Expander expander_;
  Declarations declarations_;
  std::set<const ast::Check*> plan_checks_;
  Map stack_settings_;
};

Analysis::Analysis(LoadedStack& loaded, const FileSystem& files, SourceSet& sources, DiagnosticSink& sink)
    : implementation_(std::make_unique<Implementation>(loaded, files, sources, sink)) {}
Analysis::~Analysis() = default;

Module Analysis::run(const AnalysisOptions& options) { return implementation_->run(options); }
void Analysis::judge(const ir::Program& program) { implementation_->judge(program); }
std::vector<Analysis::Judged> Analysis::judge_plan(const ir::Program& program, const ir::Value& plan) { return implementation_->judge_plan(program, plan); }

namespace {

std::vector<const ast::Entry*> blocks_of(const LoadedStack& loaded, std::string_view word) {
  std::vector<const ast::Entry*> found;
  if (loaded.modules.empty()) return found;
  for (const ast::File& file : loaded.modules.front().files) {
    for (const ast::Item& item : file.items) {
      const auto* entry = ast::as<ast::Entry>(item);
      if (entry != nullptr && entry->key.is_literal() && entry->key.text() == word && entry->is_block()) found.push_back(entry);
    }
  }
  return found;
}

}  // namespace

std::vector<std::string> environments_of(const LoadedStack& loaded) {
  std::vector<std::string> names;
  for (const ast::Entry* entry : blocks_of(loaded, "environment")) {
    if (entry->labels.size() == 1 && entry->labels.front().is_literal()) names.emplace_back(entry->labels.front().text());
  }
  return names;
}

std::vector<const ast::Entry*> tests_of(const LoadedStack& loaded) { return blocks_of(loaded, "test"); }

}  // namespace berth::sema
