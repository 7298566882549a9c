#include "compiler/sema/environment.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/suggest.h"
#include "base/words.h"
#include "compiler/sema/declare.h"

namespace berth::sema {
namespace {

constexpr std::size_t kAccountDigits = 12;

}  // namespace

void Environment::choose(const std::vector<const ast::Entry*>& blocks, const std::string& name, Module& module) {
  Reporter& reporter = evaluator_.reporter();
  std::map<std::string, const ast::Entry*> known;
  for (const ast::Entry* block : blocks) {
    if (block->labels.size() != 1 || !block->labels.front().is_literal() || !block->is_block()) {
      reporter.report("E0218", header_span(*block), "an environment has one name, and a body", "not complete").help("`environment NAME { … }`");
      continue;
    }
    const ast::Key& label = block->labels.front();
    const std::string text(label.text());
    if (!is_plain_name(text)) {
      reporter.report("E0219", label.span(), fmt::format("an environment cannot be named `{}`", text), "it takes letters, digits, `_` and `-`, at most 200");
    }
    const auto [before, added] = known.emplace(text, block);
    if (!added) reporter.report("E0202", label.span(), fmt::format("the environment `{}` is declared twice", text), "declared again here").label(before->second->labels.front().span(), "first declared here");
  }
  if (known.empty() && name.empty()) return;
  const auto chosen = known.find(name);
  if (chosen != known.end()) {
    name_ = name;
    module.environment = name;
    return read(*chosen->second, module);
  }
  std::vector<std::string> names;
  for (const auto& [text, block] : known) names.push_back(text);
  const Span at = known.empty() ? Span{} : header_span(*known.begin()->second);
  if (name.empty()) {
    reporter.report("E0221", at, "the stack has environments, and none is chosen", "one of them")
        .note(fmt::format("there are: {}", fmt::join(names, ", ")))
        .help(fmt::format("choose one: `--env {}`", names.front()));
    return;
  }
  Diagnostic& diagnostic = reporter.report("E0221", at, fmt::format("the stack has no environment `{}`", name), names.empty() ? "" : "this is another one");
  if (const auto meant = suggest(name, names)) {
    diagnostic.help(fmt::format("did you mean `{}`?", *meant));
  } else {
    diagnostic.note(names.empty() ? "it has none: leave `--env` away" : fmt::format("there are: {}", fmt::join(names, ", ")));
  }
}

void Environment::read(const ast::Entry& block, Module& module) {
  std::map<std::string, Span> written;
  for (const ast::Item& item : block.body->items) {
    const auto* entry = ast::as<ast::Entry>(item);
    if (entry == nullptr || !entry->key.is_literal()) {
      evaluator_.reporter().report("E0220", item.span, "this cannot stand in an environment", "only its settings, `set` and `override`");
      continue;
    }
    if (entry->key.text() == "override") {
      override_of(*entry);
      continue;
    }
    const auto [before, added] = written.emplace(std::string(entry->key.text()), entry->key.span());
    if (!added) {
      evaluator_.reporter().report("E0203", entry->key.span(), fmt::format("`{}` is set twice in this block", before->first), "set again here").label(before->second, "first set here").help("remove one of them");
      continue;
    }
    setting(*entry, module);
  }
}

void Environment::setting(const ast::Entry& entry, Module& module) {
  Reporter& reporter = evaluator_.reporter();
  const std::string_view word = entry.key.text();
  if (word == "set" && entry.is_block() && entry.labels.empty()) return set(*entry.body);
  if (word == "set") {
    reporter.report("E0220", entry.key.span(), "`set` is a block", "a value").help("`set { parameter = value }`");
    return;
  }
  static const std::vector<std::string> kWords = {"account", "region", "target", "protect", "set", "override"};
  if (std::find(kWords.begin(), kWords.end(), word) == kWords.end()) {
    Diagnostic& diagnostic = reporter.report("E0201", entry.key.span(), fmt::format("unknown setting `{}` in `environment`", word), "it has no such setting");
    if (const auto meant = suggest(std::string(word), kWords)) {
      diagnostic.help(fmt::format("did you mean `{}`?", *meant)).fix(entry.key.span(), *meant);
    } else {
      diagnostic.note(fmt::format("`environment` has: {}", fmt::join(kWords, ", "))).help("values of parameters stand in `set { }`, settings of resources in `override`");
    }
    return;
  }
  if (entry.is_block() || !entry.labels.empty()) {
    reporter.report("E0220", entry.key.span(), fmt::format("`{}` is a setting, not a block", word), "a block").help(fmt::format("write `{} = …`", word));
    return;
  }
  if (word == "protect") {
    module.protect = evaluator_.condition(*entry.value, nullptr).value_or(false);
  } else if (word == "target") {
    text(entry, module.target);
    if (!module.target.empty() && module.target != "local" && module.target != "aws") {
      reporter.report("E0108", entry.value->span, fmt::format("`\"{}\"` is not one of `\"local\"`, `\"aws\"`", module.target), "not one of them");
    }
  } else {
    text(entry, word == "account" ? module.account : module.region);
    const bool digits = std::all_of(module.account.begin(), module.account.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (word == "account" && !module.account.empty() && (!digits || module.account.size() != kAccountDigits)) {
      reporter.report("E0111", entry.value->span, fmt::format("`account` cannot be \"{}\"", module.account), "the number of an AWS account has 12 digits");
    }
  }
}

void Environment::text(const ast::Entry& entry, std::string& target) {
  const Value value = evaluator_.evaluate(*entry.value, nullptr);
  if (value.poisoned() || value.null()) return;
  if (const std::string* found = value.as_string(); found != nullptr && !value.tainted()) {
    target = *found;
    return;
  }
  evaluator_.reporter().report("E0105", entry.value->span, fmt::format("expected a string, found {}", describe(value)), fmt::format("`{}` is a string", entry.key.text()));
}

void Environment::set(const ast::Body& body) {
  Reporter& reporter = evaluator_.reporter();
  std::map<std::string, Span> written;
  for (const ast::Item& item : body.items) {
    const auto* entry = ast::as<ast::Entry>(item);
    if (entry == nullptr || !entry->key.is_literal() || entry->is_block() || !entry->labels.empty()) {
      reporter.report("E0220", item.span, "`set` holds values of parameters only", "not `name = value`");
      continue;
    }
    const std::string name(entry->key.text());
    const auto [before, added] = written.emplace(name, entry->key.span());
    if (!added) {
      reporter.report("E0203", entry->key.span(), fmt::format("`{}` is set twice in this block", name), "set again here").label(before->second, "first set here").help("remove one of them");
      continue;
    }
    const Symbol* symbol = scope_.find(name);
    if (symbol != nullptr && symbol->kind == Symbol::Kind::uncarried) continue;
    if (symbol != nullptr && symbol->kind == Symbol::Kind::param) {
      // A value from the command line counts more.
      if (!evaluator_.from_outside.contains(name)) evaluator_.given[name] = {.literal = entry->value.get(), .text = "", .span = entry->value->span};
      continue;
    }
    std::vector<std::string> names;
    for (const Symbol& other : scope_.symbols()) {
      if (other.kind == Symbol::Kind::param) names.push_back(other.name);
    }
    Diagnostic& diagnostic = reporter.report("E0224", entry->key.span(), symbol == nullptr ? fmt::format("the stack has no parameter `{}`", name) : fmt::format("`{}` is {}, not a parameter", name, with_article(symbol->word)),
                                             "`set` gives values to parameters");
    if (const auto meant = suggest(name, names)) {
      diagnostic.help(fmt::format("did you mean `{}`?", *meant)).fix(entry->key.span(), *meant);
    } else if (symbol != nullptr && symbol->kind != Symbol::Kind::let) {
      diagnostic.label(symbol->span, "declared here").help(fmt::format("settings of resources are changed with `override {} {} {{ … }}`", symbol->word, name));
    } else {
      diagnostic.note("parameters: " + (names.empty() ? std::string("none") : fmt::format("{}", fmt::join(names, ", "))));
    }
  }
}

void Environment::override_of(const ast::Entry& entry) {
  Reporter& reporter = evaluator_.reporter();
  const bool literal = std::all_of(entry.labels.begin(), entry.labels.end(), [](const ast::Key& label) { return label.is_literal(); });
  const bool external = entry.labels.size() == 3 && literal && entry.labels.front().text() == "extern";
  if ((entry.labels.size() != 2 && !external) || !literal || !entry.is_block()) {
    reporter.report("E0218", header_span(entry), "an override names a kind and a resource, and has a body", "not complete").help("`override KIND NAME { … }`");
    return;
  }
  Override added{&entry, external ? fmt::format("extern {}", entry.labels[1].text()) : std::string(entry.labels.front().text()), std::string(entry.labels.back().text())};
  for (const Override& before : overrides_) {
    if (before.word != added.word || before.name != added.name) continue;
    reporter.report("E0207", header_span(entry), fmt::format("two overrides of `{} {}` in `{}`", added.word, added.name, name_), "the same resource again")
        .label(header_span(*before.entry), "the other one")
        .help("merge them: the order of texts must not matter");
    return;
  }
  overrides_.push_back(std::move(added));
}

std::vector<Piece> Environment::overrides_of(std::string_view word, const std::string& name) {
  std::vector<Piece> pieces;
  for (Override& override_ : overrides_) {
    if (override_.word != word || override_.name != name) continue;
    override_.used = true;
    pieces.push_back({override_.entry, nullptr, std::make_shared<const Provenance>(Provenance{Provenance::Kind::override_, "override in environment " + name_})});
  }
  return pieces;
}

void Environment::report_unused(const std::map<std::string, std::string_view>& kinds) {
  std::vector<std::string> names;
  for (const auto& [name, kind] : kinds) names.push_back(name);
  for (const Override& override_ : overrides_) {
    if (override_.used) continue;
    const ast::Key& label = override_.entry->labels.back();
    Diagnostic& diagnostic = evaluator_.reporter().report("E0208", header_span(*override_.entry), fmt::format("override of `{} {}`, which does not exist", override_.word, override_.name), "nothing to change");
    diagnostic.note("an override never creates");
    const auto known = kinds.find(override_.name);
    if (known != kinds.end()) {
      const Span word = override_.entry->labels.front().span();
      diagnostic.help(fmt::format("`{}` is {}: `override {} {}`", override_.name, with_article(known->second), known->second, override_.name)).fix(word, std::string(known->second));
    } else if (const auto meant = suggest(override_.name, names)) {
      diagnostic.help(fmt::format("did you mean `{}`?", *meant)).fix(label.span(), *meant);
    }
  }
}

}  // namespace berth::sema
