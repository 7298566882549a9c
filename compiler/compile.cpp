#include "compiler/compile.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "compiler/allow.h"
#include "compiler/loader.h"
#include "compiler/lower/lower.h"
#include "compiler/module_path.h"
#include "compiler/sema/analyze.h"

namespace berth {
namespace {

/// A plan that is asked about instead of the program alone.
struct PlanJudging {
  const ir::Value& plan;
  std::vector<sema::Analysis::Judged> judged{};
};

/// The stages after reading, for one case. What is whole is checked further even when something else is wrong.
std::optional<ir::Program> analyze(LoadedStack& loaded, const sema::AnalysisOptions& options, const FileSystem& files, const std::shared_ptr<SourceSet>& sources,
                                   DiagnosticSink& sink, std::vector<ImageUse>* unpinned = nullptr, PlanJudging* judging = nullptr) {
  sema::Analysis analysis(loaded, files, *sources, sink);
  sema::Module module = analysis.run(options);
  const std::set<Span> floating = module.floating;
  const bool wrong = sink.has_errors();
  ir::Program program = lower::lower(std::move(module), sink, sources.get());
  if (wrong || sink.has_errors()) return std::nullopt;
  if (unpinned != nullptr) {
    *unpinned = images_to_lock(program, floating);
    program.sources = sources;
    return program;  // what policies say of digests, they say of a lock that is whole
  }
  if (loaded.lock) pin_images(program, *loaded.lock, floating, sink);
  if (sink.has_errors()) return std::nullopt;
  if (judging != nullptr) judging->judged = analysis.judge_plan(program, judging->plan);
  else analysis.judge(program);
  if (sink.has_errors()) return std::nullopt;
  program.sources = sources;
  return program;
}

struct Loaded {
  LoadedStack stack;
  Allows allows;
  /// What a broken line would have declared is missing, so looking further would report consequences.
  bool readable = false;
};

Loaded read(const CompileOptions& options, const FileSystem& files, SourceSet& sources, DiagnosticSink& sink) {
  Loaded loaded{.stack = load(options.path, files, sources, sink), .allows = {}};
  for (const ast::File& tree : loaded.stack.modules.front().files) loaded.allows.read(tree, sources);
  loaded.readable = !sink.has_errors();
  return loaded;
}

/// Puts what several environments report together: once each, with where it is so when it is not so everywhere.
class Merge {
 public:
  explicit Merge(std::size_t environments) : environments_(environments) {}

  void add(const std::string& environment, const DiagnosticSink& sink) {
    for (const Diagnostic& diagnostic : sink.sorted()) {
      const Span place = diagnostic.labels.front().span;
      const std::string key = fmt::format("{} {}:{}:{} {}", diagnostic.code, static_cast<std::uint32_t>(place.source), place.begin, place.end, diagnostic.message);
      const auto [known, added] = index_.emplace(key, found_.size());
      if (added) found_.push_back({diagnostic, {}});
      found_[known->second].second.push_back(environment);
    }
  }

  void report(DiagnosticSink& sink) {
    for (auto& [diagnostic, where] : found_) {
      where.erase(std::unique(where.begin(), where.end()), where.end());
      if (where.size() < environments_) diagnostic.note(fmt::format("in the environment{} {}", where.size() == 1 ? "" : "s", fmt::join(where, ", ")));
      sink.add(std::move(diagnostic));
    }
  }

 private:
  std::size_t environments_;
  std::map<std::string, std::size_t> index_;
  std::vector<std::pair<Diagnostic, std::vector<std::string>>> found_;
};

/// The text of a setting of a test; "" when it has none.
std::string text_of(const ast::Entry& test, std::string_view word) {
  for (const ast::Item& item : test.body->items) {
    const auto* entry = ast::as<ast::Entry>(item);
    if (entry == nullptr || !entry->key.is_literal() || entry->key.text() != word || entry->value == nullptr) continue;
    const auto* text = ast::as<ast::String>(*entry->value);
    if (text != nullptr && text->is_literal()) return std::string(text->text());
  }
  return "";
}

/// Whether the block is shaped as a test; if not, that is reported.
bool is_test(const ast::Entry& test, DiagnosticSink& sink) {
  bool good = true;
  if (test.labels.size() != 1 || !test.labels.front().is_literal()) {
    sink.report("E0218", test.key.span(), "a test has one title", "not complete").help("`test \"what it shows\" { … }`");
    good = false;
  }
  for (const ast::Item& item : test.body->items) {
    if (ast::as<ast::Assert>(item) != nullptr) continue;
    const auto* entry = ast::as<ast::Entry>(item);
    const std::string_view word = entry != nullptr && entry->key.is_literal() && entry->labels.empty() ? entry->key.text() : "";
    const auto* text = entry == nullptr || entry->value == nullptr ? nullptr : ast::as<ast::String>(*entry->value);
    if (word == "set" && entry->is_block()) continue;
    if ((word == "environment" || word == "expect_error") && text != nullptr && text->is_literal()) continue;
    sink.report("E0220", item.span, "this cannot stand in a test", "only `environment = \"…\"`, `set { }`, `assert` and `expect_error = \"E…\"`");
    good = false;
  }
  return good;
}

}  // namespace

std::optional<ir::Program> compile(const CompileOptions& options, const FileSystem& files, const std::shared_ptr<SourceSet>& sources, DiagnosticSink& sink) {
  Loaded loaded = read(options, files, *sources, sink);
  std::optional<ir::Program> program;
  if (loaded.readable) {
    program = analyze(loaded.stack, {.environment = options.environment, .variables = options.variables, .chains = options.chains, .release = true}, files, sources, sink);
  }
  loaded.allows.apply(sink, program.has_value());
  sink.deny(options.denied);
  return sink.has_errors() ? std::nullopt : std::move(program);
}

std::vector<CompiledEnvironment> compile_all(const CompileOptions& options, const FileSystem& files, const std::shared_ptr<SourceSet>& sources, DiagnosticSink& sink) {
  Loaded loaded = read(options, files, *sources, sink);
  std::vector<CompiledEnvironment> compiled;
  if (!loaded.readable) return compiled;
  std::vector<std::string> names = sema::environments_of(loaded.stack);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  if (names.empty()) names.emplace_back();
  Merge merge(names.size());
  for (const std::string& name : names) {
    DiagnosticSink own;
    auto program = analyze(loaded.stack, {.environment = name, .variables = options.variables, .chains = options.chains}, files, sources, own);
    merge.add(name, own);
    compiled.push_back({name, std::move(program)});
  }
  merge.report(sink);
  loaded.allows.apply(sink, !sink.has_errors());
  sink.deny(options.denied);
  return compiled;
}

std::optional<LockSubject> find_images(const CompileOptions& options, const FileSystem& files, const std::shared_ptr<SourceSet>& sources, DiagnosticSink& sink) {
  Loaded loaded = read(options, files, *sources, sink);
  if (!loaded.readable) return std::nullopt;
  std::vector<std::string> names = sema::environments_of(loaded.stack);
  if (!options.environment.empty() || names.empty()) names = {options.environment};
  LockSubject subject;
  for (const std::string& name : names) {
    DiagnosticSink own;
    std::vector<ImageUse> images;
    auto program = analyze(loaded.stack, {.environment = name, .variables = options.variables}, files, sources, own, &images);
    for (Diagnostic& diagnostic : own.sorted()) {
      if (diagnostic.severity == Severity::error) sink.add(std::move(diagnostic));
    }
    if (program) subject.programs.push_back(std::move(*program));
    subject.images.insert(subject.images.end(), images.begin(), images.end());
  }
  if (sink.has_errors()) return std::nullopt;
  std::sort(subject.images.begin(), subject.images.end());
  subject.images.erase(std::unique(subject.images.begin(), subject.images.end()), subject.images.end());
  const std::string& directory = loaded.stack.lock ? loaded.stack.lock->directory : loaded.stack.root;
  subject.path = resolve_path(directory, std::string(kLockFile));
  if (loaded.stack.lock) {
    subject.lock = *loaded.stack.lock;
    if (auto text = files.read(subject.path)) subject.text = *std::move(text);
  }
  return subject;
}

bool has_plan_checks(const SourceSet& sources) {
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const std::string_view text = sources.file(static_cast<SourceId>(i)).text();
    if (text.find("check") != std::string_view::npos && text.find("plan") != std::string_view::npos) return true;
  }
  return false;
}

std::vector<PlanCheck> judge_plan(const CompileOptions& options, const ir::Value& plan, const FileSystem& files, const std::shared_ptr<SourceSet>& sources, DiagnosticSink& sink) {
  std::vector<PlanCheck> checks;
  Loaded loaded = read(options, files, *sources, sink);
  if (!loaded.readable) return checks;
  DiagnosticSink own;
  PlanJudging judging{.plan = plan};
  analyze(loaded.stack, {.environment = options.environment, .variables = options.variables}, files, sources, own, nullptr, &judging);
  for (Diagnostic& diagnostic : own.sorted()) {
    if (diagnostic.severity == Severity::error) sink.add(std::move(diagnostic));  // warnings were said when the program was compiled
  }
  for (sema::Analysis::Judged& judged : judging.judged) {
    const ast::String& title = judged.check->title;
    checks.push_back({.title = title.is_literal() ? std::string(title.text()) : "check", .advisory = judged.advisory, .span = title.span, .failures = std::move(judged.failures)});
  }
  return checks;
}

std::vector<TestResult> run_tests(const CompileOptions& options, const FileSystem& files, const std::shared_ptr<SourceSet>& sources, DiagnosticSink& sink) {
  Loaded loaded = read(options, files, *sources, sink);
  std::vector<TestResult> results;
  if (!loaded.readable) return results;
  for (const ast::Entry* test : sema::tests_of(loaded.stack)) {
    if (!is_test(*test, sink)) continue;
    TestResult result{.name = std::string(test->labels.front().text()), .environment = text_of(*test, "environment"), .span = test->key.span().through(test->labels.front().span())};
    result.expected = text_of(*test, "expect_error");
    if (result.environment.empty()) result.environment = options.environment;
    DiagnosticSink own;
    analyze(loaded.stack, {.environment = result.environment, .variables = options.variables, .test = test}, files, sources, own);
    for (Diagnostic& diagnostic : own.sorted()) {
      if (diagnostic.severity == Severity::error) result.diagnostics.push_back(std::move(diagnostic));
    }
    const auto expected = std::find_if(result.diagnostics.begin(), result.diagnostics.end(), [&](const Diagnostic& d) { return d.code == result.expected; });
    result.passed = result.expected.empty() ? result.diagnostics.empty() : expected != result.diagnostics.end();
    if (result.passed) result.diagnostics.clear();
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace berth
