#include "compiler/sema/given.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/suggest.h"
#include "base/words.h"
#include "compiler/syntax/parse.h"

namespace berth::sema {
namespace {

/// Whether the text is the value as it stands, without quotes.
bool takes_text(const Type& type, const std::string& text) {
  if (type.kind == Type::Kind::string || type.kind == Type::Kind::image) return true;
  if (type.kind != Type::Kind::literal) return false;
  return std::any_of(type.literals.begin(), type.literals.end(), [&](const Type::Literal& literal) {
    return literal.index() == 0 && (type.literals.size() == 1 || std::get<0>(literal) == text || !text.starts_with('"'));
  });
}

/// Literals and what is made of them: nothing that looks up a name.
bool is_literal(const ast::Expr& expression) {
  if (const auto* list = ast::as<ast::List>(expression)) {
    return std::all_of(list->elements.begin(), list->elements.end(), [](const ast::Element& e) { return !e.spread && is_literal(*e.value); });
  }
  if (const auto* object = ast::as<ast::Object>(expression)) {
    return std::all_of(object->fields.begin(), object->fields.end(),
                       [](const ast::Field& f) { return f.key && f.key->is_literal() && is_literal(*f.value); });
  }
  if (const auto* unary = ast::as<ast::Unary>(expression)) return is_literal(*unary->operand);
  if (const auto* text = ast::as<ast::String>(expression)) return text->is_literal();
  return ast::as<ast::Number>(expression) != nullptr || ast::as<ast::Bool>(expression) != nullptr || ast::as<ast::Null>(expression) != nullptr;
}

}  // namespace

void GivenValues::read(const std::map<std::string, std::string>& variables, Scope& scope, SourceSet& sources, DiagnosticSink& sink,
                       Evaluator& evaluator) {
  for (const auto& [name, text] : variables) read_one(name, text, scope, sources, sink, evaluator);
}

void GivenValues::read_one(const std::string& name, const std::string& text, Scope& scope, SourceSet& sources, DiagnosticSink& sink,
                           Evaluator& evaluator) {
  const SourceId source = sources.add("--var " + name, name + "=" + text);
  const auto name_end = static_cast<std::uint32_t>(name.size());
  const Span name_span{source, 0, name_end};
  const Span value_span{source, name_end + 1, name_end + 1 + static_cast<std::uint32_t>(text.size())};
  const Symbol* symbol = scope.find(name);
  if (symbol == nullptr || symbol->kind != Symbol::Kind::param) {
    Diagnostic& diagnostic = evaluator.reporter().report("E0217", name_span, fmt::format("the stack has no parameter `{}`", name),
                                                         symbol == nullptr ? "nothing has this name" : fmt::format("this is {}", with_article(symbol->word)));
    std::vector<std::string> names;
    for (const Symbol& other : scope.symbols()) {
      if (other.kind == Symbol::Kind::param) names.push_back(other.name);
    }
    if (const auto meant = suggest(name, names)) {
      diagnostic.help(fmt::format("did you mean `{}`?", *meant));
    } else {
      diagnostic.note("parameters: " + (names.empty() ? std::string("none") : fmt::format("{}", fmt::join(names, ", "))));
    }
    return;
  }
  evaluator.from_outside.insert(name);
  const TypePtr type = evaluator.type_of(*std::get<ast::Param>(symbol->item->node).type);
  if (type->kind == Type::Kind::unknown) return;
  if (takes_text(*type, text)) {
    evaluator.given[name] = {.literal = nullptr, .text = text, .span = value_span};
  } else {
    literal(name, source, value_span, sources, sink, evaluator);
  }
}

void GivenValues::literal(const std::string& name, SourceId source, Span value, SourceSet& sources, DiagnosticSink& sink, Evaluator& evaluator) {
  static const ast::Expr kBad{.span = {}, .node = ast::Bad{}};
  const std::size_t errors = sink.count(Severity::error);
  files_.push_back(std::make_unique<ast::File>(syntax::parse(source, sources, sink)));
  evaluator.given[name] = {.literal = &kBad, .text = "", .span = value};
  if (sink.count(Severity::error) > errors) return;
  const ast::File& file = *files_.back();
  const ast::Entry* entry = file.items.size() == 1 ? ast::as<ast::Entry>(file.items.front()) : nullptr;
  if (entry == nullptr || entry->value == nullptr || !is_literal(*entry->value)) {
    evaluator.reporter().report("E0116", value, fmt::format("the value of `{}` is one literal", name), "not a literal")
        .help("as in `3`, `512 MiB`, `30s`, `true`, `[1, 2]` or `{ a = 1 }`");
    return;
  }
  evaluator.given[name].literal = entry->value.get();
}

}  // namespace berth::sema
