#include "compiler/ast/print.h"

#include <fmt/format.h>

namespace berth::ast {
namespace {

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      default: out += c;
    }
  }
  return out;
}

// ---- on one line -------------------------------------------------------------------------------------------------------------------

std::string line(const ExprPtr& expr) { return expr == nullptr ? "<none>" : print(*expr); }
std::string line(const TypeExprPtr& type) { return type == nullptr ? "<none>" : print(*type); }

std::string line(const Number& number) {
  std::string out;
  for (const Quantity& part : number.parts) {
    if (!out.empty()) out += ' ';
    out += part.digits;
    if (part.unit) out += " " + part.unit->text;
  }
  return out;
}

std::string line(const String& string) {
  std::string out = string.raw ? "r" : "";
  out += string.multiline ? "\"\"\"" : "\"";
  for (const StringPart& part : string.parts) {
    out += part.is_text() ? escaped(std::get<std::string>(part.value)) : "${" + line(std::get<ExprPtr>(part.value)) + "}";
  }
  return out + (string.multiline ? "\"\"\"" : "\"");
}

std::string line(const Key& key) { return key.is_name() ? std::get<Name>(key.value).text : line(std::get<String>(key.value)); }

/// `items` through `one`, with `separator` between.
template <class Items, class One>
std::string joined(const Items& items, std::string_view separator, One one) {
  std::string out;
  for (const auto& each : items) {
    if (&each != &items.front()) out += separator;
    out += one(each);
  }
  return out;
}

std::string line(const ForClause& clause) {
  std::string out = "for " + clause.first.text;
  if (clause.second) out += ", " + clause.second->text;
  out += " in " + line(clause.source);
  if (clause.condition != nullptr) out += " if " + line(clause.condition);
  return out;
}

std::string line(const Field& field) { return (field.key ? line(*field.key) + " = " : "...") + line(field.value); }
std::string line(const Element& element) { return (element.spread ? "..." : "") + line(element.value); }
std::string line(const Argument& argument) {
  return (argument.name ? argument.name->text + " = " : std::string{}) + line(argument.value);
}

std::string line(const Bound& bound) { return (bound.negative ? "-" : "") + line(bound.value); }

std::string line(const TypeArgument& argument) {
  if (const auto* type = std::get_if<TypeExprPtr>(&argument)) return line(*type);
  const auto& range = std::get<Range>(argument);
  return (range.low ? line(*range.low) : "") + ".." + (range.high ? line(*range.high) : "");
}

std::string line(const std::vector<Where>& wheres) {
  std::string out;
  for (const Where& where : wheres) {
    out += " where " + line(where.condition);
    if (where.message) out += ", " + line(*where.message);
  }
  return out;
}

std::string with_default(const ExprPtr& value) { return value == nullptr ? "" : " = " + line(value); }

std::string line(const TypeField& field) {
  return field.name.text + ": " + line(field.type) + with_default(field.default_value) + line(field.wheres);
}

std::string line(const Address& address) {
  return joined(address.segments, ".", [](const AddressSegment& segment) {
    return segment.index ? fmt::format("{}[{}]", segment.name.text, line(*segment.index)) : segment.name.text;
  });
}

// ---- one line a node ---------------------------------------------------------------------------------------------------------------

class Dump {
 public:
  explicit Dump(const PrintOptions& options) : options_(options) {}

  std::string run(const File& file) {
    items(file.items);
    return std::move(out_);
  }

 private:
  void put(std::string_view text, const Span& span) {
    out_.append(static_cast<std::size_t>(depth_) * 2, ' ');
    out_ += text;
    if (options_.spans != nullptr && span.valid()) {
      const LineColumn begin = options_.spans->line_column(span.begin);
      const LineColumn end = options_.spans->line_column(span.end);
      out_ += fmt::format(" @{}:{}-{}:{}", begin.line, begin.column, end.line, end.column);
    }
    out_ += '\n';
  }

  void items(const std::vector<Item>& items) {
    for (const Item& each : items) item(each);
  }

  void body(const Body& body) {
    ++depth_;
    items(body.items);
    --depth_;
  }

  /// A named child with its value; values that have parts with spans of their own are not opened further.
  void child(std::string_view name, const ExprPtr& value) {
    if (value == nullptr) return;
    ++depth_;
    put(fmt::format("{} {}", name, line(value)), value->span);
    --depth_;
  }
  void child(std::string_view name, const TypeExprPtr& type) {
    if (type == nullptr) return;
    ++depth_;
    put(fmt::format("{} {}", name, line(type)), type->span);
    --depth_;
  }
  void child(const std::vector<Where>& wheres) {
    ++depth_;
    for (const Where& where : wheres) {
      put(fmt::format("where {}{}", line(where.condition), where.message ? ", " + line(*where.message) : ""), where.span);
    }
    --depth_;
  }

  void item(const Item& item) {
    if (!item.doc.empty()) put("doc \"" + escaped(item.doc) + "\"", {});
    std::visit([&](const auto& node) { print_item(node, item.span); }, item.node);
  }

  void print_item(const Entry& entry, const Span& span) {
    std::string head = entry.is_block() ? "block " : "setting ";
    head += line(entry.key);
    for (const Key& label : entry.labels) head += " " + line(label);
    put(head, span);
    if (entry.is_block()) return body(*entry.body);
    child("=", entry.value);
  }
  void print_item(const Let& let, const Span& span) {
    put("let " + let.name.text, span);
    child(":", let.type);
    child("=", let.value);
  }
  void print_item(const Param& param, const Span& span) {
    put("param " + param.name.text, span);
    child(":", param.type);
    child("=", param.default_value);
    child(param.wheres);
  }
  void print_item(const Fn& fn, const Span& span) {
    put("fn " + fn.name.text, span);
    ++depth_;
    for (const FnParam& param : fn.params) {
      put(fmt::format("param {}: {}{}", param.name.text, line(param.type), with_default(param.default_value)), param.span);
    }
    --depth_;
    child(":", fn.result);
    child("=", fn.value);
  }
  void print_item(const TypeDecl& type, const Span& span) {
    put("type " + type.name.text, span);
    child("=", type.type);
    child(type.wheres);
  }
  void print_item(const Output& output, const Span& span) {
    put("output " + output.name.text, span);
    child(":", output.type);
    child("=", output.value);
  }
  void print_item(const Import& import, const Span& span) {
    put(fmt::format("import {} as {}", line(import.path), import.alias.text), span);
  }
  void print_item(const FromImport& import, const Span& span) {
    const auto one = [](const ImportedName& name) { return name.alias ? name.name.text + " as " + name.alias->text : name.name.text; };
    put(fmt::format("from {} import {}", line(import.path), joined(import.names, ", ", one)), span);
  }
  void print_item(const Assert& assertion, const Span& span) {
    put("assert " + line(assertion.message), span);
    child("condition", assertion.condition);
  }
  void print_item(const Check& check, const Span& span) {
    put(fmt::format("check {} for {}", line(check.title), check.variable.text), span);
    child("in", check.source);
    child("if", check.condition);
    body(check.body);
  }
  void print_item(const Use& use, const Span& span) { put("use " + line(use.value), span); }
  void print_item(const Moved& moved, const Span& span) { put(fmt::format("moved {} -> {}", line(moved.from), line(moved.to)), span); }
  void print_item(const If& chain, const Span& span) {
    for (const IfBranch& branch : chain.branches) {
      put((&branch == &chain.branches.front() ? "if " : "else if ") + line(branch.condition), span);
      body(branch.body);
    }
    if (!chain.otherwise) return;
    put("else", span);
    body(*chain.otherwise);
  }
  void print_item(const For& loop, const Span& span) {
    put(line(loop.clause), span);
    body(loop.body);
  }

  PrintOptions options_;
  std::string out_;
  int depth_ = 0;
};

}  // namespace

std::string print(const Expr& expr) {
  return std::visit(
      Overloaded{
          [](const Bad&) -> std::string { return "<bad>"; },
          [](const Null&) -> std::string { return "null"; },
          [](const Bool& value) -> std::string { return value.value ? "true" : "false"; },
          [](const Number& value) { return line(value); },
          [](const String& value) { return line(value); },
          [](const NameRef& value) { return value.name.text; },
          [](const List& list) { return "[" + joined(list.elements, ", ", [](const Element& each) { return line(each); }) + "]"; },
          [](const ListFor& list) { return fmt::format("[{}: {}]", line(list.clause), line(list.value)); },
          [](const Object& object) { return "{" + joined(object.fields, ", ", [](const Field& each) { return line(each); }) + "}"; },
          [](const ObjectFor& object) {
            return fmt::format("{{{}: {} => {}}}", line(object.clause), line(object.key), line(object.value));
          },
          [](const Unary& unary) { return fmt::format("({} {})", spelling(unary.op), line(unary.operand)); },
          [](const Binary& binary) {
            return fmt::format("({} {} {})", line(binary.left), spelling(binary.op), line(binary.right));
          },
          [](const Conditional& conditional) {
            return fmt::format("(if {} then {} else {})", line(conditional.condition), line(conditional.consequence),
                               line(conditional.alternative));
          },
          [](const Member& member) { return line(member.object) + (member.optional ? "?." : ".") + member.name.text; },
          [](const Index& index) { return fmt::format("{}[{}]", line(index.object), line(index.index)); },
          [](const Call& call) {
            return line(call.callee) + "(" + joined(call.arguments, ", ", [](const Argument& each) { return line(each); }) + ")";
          },
      },
      expr.node);
}

std::string print(const TypeExpr& type) {
  std::string out = std::visit(
      Overloaded{
          [](const Bad&) -> std::string { return "<bad>"; },
          [](const NamedType& named) {
            const std::string path = joined(named.path, ".", [](const Name& each) { return each.text; });
            if (named.arguments.empty()) return path;
            return path + "(" + joined(named.arguments, ", ", [](const TypeArgument& each) { return line(each); }) + ")";
          },
          [](const LiteralType& literal) { return std::visit([](const auto& value) { return line(value); }, literal.value); },
          [](const RecordType& record) {
            return "{" + joined(record.fields, ", ", [](const TypeField& each) { return line(each); }) + "}";
          },
          [](const UnionType& alternatives) {
            return "(" + joined(alternatives.members, " | ", [](const TypeExprPtr& each) { return line(each); }) + ")";
          },
      },
      type.node);
  return type.optional ? out + "?" : out;
}

std::string print(const File& file, const PrintOptions& options) { return Dump(options).run(file); }

}  // namespace berth::ast
