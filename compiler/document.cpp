#include "compiler/document.h"

#include <algorithm>

#include <fmt/format.h>

namespace berth {
namespace {

/// Source text on one line, with single blanks.
std::string one_line(std::string_view text) {
  std::string line;
  bool blank = false;
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      blank = !line.empty();
      continue;
    }
    if (blank) line += ' ';
    blank = false;
    line += c;
  }
  return line;
}

class Documenter {
 public:
  explicit Documenter(const SourceSet& sources) : sources_(sources) {}

  void file(const ast::File& file) {
    const std::string top = top_of(file);
    if (doc_.doc.empty()) doc_.doc = top;
    for (const ast::Item& item : file.items) {
      std::optional<DeclarationDoc> made = declaration(item);
      if (!made) continue;
      made->doc = item.doc;
      doc_.declarations.push_back(std::move(*made));
    }
  }
  ModuleDoc take() { return std::move(doc_); }

 private:
  std::string text(const Span& span) const { return one_line(sources_.text(span)); }
  std::string type_of(const ast::TypeExprPtr& type, const std::vector<ast::Where>& wheres) const {
    std::string all = text(type->span);
    for (const ast::Where& where : wheres) all += " " + text(where.span);
    return all;
  }

  /// The first lines of a file when they are doc comments that belong to no declaration: to an import, or to nothing.
  std::string top_of(const ast::File& file) const {
    const SourceFile& source = sources_.file(file.source);
    std::string top;
    std::uint32_t next = 1;
    for (const ast::Comment& comment : file.comments) {
      if (!comment.doc || source.line_column(comment.span.begin).line != next) break;
      std::string_view line = sources_.text(comment.span).substr(2);
      if (line.starts_with(' ')) line.remove_prefix(1);
      top += fmt::format("{}{}", top.empty() ? "" : "\n", line);
      ++next;
    }
    if (top.empty() || file.items.empty()) return top;
    const ast::Item& first = file.items.front();
    const bool attached = source.line_column(first.span.begin).line == next;
    const bool import = ast::as<ast::Import>(first) != nullptr || ast::as<ast::FromImport>(first) != nullptr;
    return attached && !import ? "" : top;
  }

  ParameterDoc parameter(const ast::Item& item, const ast::Param& param) const {
    return {.name = param.name.text,
            .type = type_of(param.type, param.wheres),
            .default_value = param.default_value == nullptr ? "" : text(param.default_value->span),
            .required = param.default_value == nullptr && !param.type->optional && !is_blocks(*param.type),
            .doc = item.doc};
  }
  static bool is_blocks(const ast::TypeExpr& type) {
    const auto* named = ast::as<ast::NamedType>(type);
    return named != nullptr && named->path.size() == 1 && named->path.front().text == "blocks";
  }

  std::optional<DeclarationDoc> declaration(const ast::Item& item) const {
    if (const auto* entry = ast::as<ast::Entry>(item)) return this->entry(*entry);
    if (const auto* type = ast::as<ast::TypeDecl>(item)) return DeclarationDoc{.kind = "type", .name = type->name.text, .signature = " = " + type_of(type->type, type->wheres)};
    if (const auto* function = ast::as<ast::Fn>(item)) return this->function(*function);
    if (const auto* output = ast::as<ast::Output>(item)) return DeclarationDoc{.kind = "output", .name = output->name.text, .signature = ": " + text(output->type->span)};
    if (const auto* let = ast::as<ast::Let>(item)) {
      return DeclarationDoc{.kind = "let", .name = let->name.text, .signature = fmt::format("{} = {}", let->type == nullptr ? "" : ": " + text(let->type->span), text(let->value->span))};
    }
    if (const auto* param = ast::as<ast::Param>(item)) {
      const ParameterDoc row = parameter(item, *param);
      return DeclarationDoc{.kind = "param", .name = row.name, .signature = fmt::format(": {}{}", row.type, row.default_value.empty() ? "" : " = " + row.default_value)};
    }
    return std::nullopt;
  }

  DeclarationDoc function(const ast::Fn& function) const {
    std::string list;
    for (const ast::FnParam& param : function.params) {
      list += fmt::format("{}{}: {}{}", list.empty() ? "" : ", ", param.name.text, text(param.type->span), param.default_value == nullptr ? "" : " = " + text(param.default_value->span));
    }
    return {.kind = "fn", .name = function.name.text, .signature = fmt::format("({}): {} = {}", list, text(function.result->span), text(function.value->span))};
  }

  std::optional<DeclarationDoc> entry(const ast::Entry& entry) const {
    const auto literal = [](const ast::Key& key) { return key.is_literal(); };
    if (!entry.is_block() || entry.labels.empty() || !entry.key.is_literal() || !std::all_of(entry.labels.begin(), entry.labels.end(), literal)) return std::nullopt;
    DeclarationDoc made{.kind = std::string(entry.key.text()), .name = std::string(entry.labels.back().text())};
    for (std::size_t i = 0; i + 1 < entry.labels.size(); ++i) made.kind += fmt::format(" {}", entry.labels[i].text());
    if (made.kind == "component") component(entry, made);
    if (made.kind.starts_with("preset ")) made.body = std::string(sources_.text(entry.body->span));
    return made;
  }

  void component(const ast::Entry& entry, DeclarationDoc& made) const {
    for (const ast::Item& item : entry.body->items) {
      if (const auto* param = ast::as<ast::Param>(item)) made.parameters.push_back(parameter(item, *param));
      const auto* inner = ast::as<ast::Entry>(item);
      if (inner == nullptr || inner->labels.size() != 1 || !inner->key.is_literal() || !inner->labels.front().is_literal()) continue;
      if (inner->labels.front().text() == "this") made.makes = inner->key.text();
    }
  }

  const SourceSet& sources_;
  ModuleDoc doc_;
};

}  // namespace

ModuleDoc document(const std::vector<ast::File>& files, const SourceSet& sources) {
  Documenter documenter(sources);
  for (const ast::File& file : files) documenter.file(file);
  return documenter.take();
}

}  // namespace berth
