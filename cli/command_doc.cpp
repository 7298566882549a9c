#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "base/file_system.h"
#include "base/suggest.h"
#include "cli/command.h"
#include "cli/common.h"
#include "compiler/document.h"
#include "compiler/loader.h"
#include "compiler/module_path.h"
#include "compiler/standard_library.h"
#include "compiler/syntax/parse.h"

namespace berth::cli {
namespace {

constexpr std::string_view kHelp = R"(Shows what a module offers: components with their parameters, presets, functions and types, with the `##` comments of the
source. MODULE is one of the standard library (`std/services`), a file, or a directory; without it the modules of the standard library
are listed. With NAME only that declaration is shown.

examples:
  berth doc
  berth doc std/services
  berth doc std/services web_service
  berth doc ./lib/naming.ecs slug --format json)";

struct Flags {
  CommonFlags common;
  std::string module;
  std::string name;
};

/// The lines of `text`, each behind `indent`.
std::string indented(std::string_view text, std::string_view indent) {
  std::string result;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    result += end == 0 ? "\n" : fmt::format("{}{}\n", indent, text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

std::string parameter_text(const ParameterDoc& parameter) {
  std::string line = fmt::format("  {}: {}", parameter.name, parameter.type);
  if (!parameter.default_value.empty()) line += " = " + parameter.default_value;
  if (parameter.required) line += "   (required)";
  return line + "\n" + indented(parameter.doc, "      ");
}

std::string declaration_text(const DeclarationDoc& declaration) {
  std::string text = fmt::format("{} {}{}", declaration.kind, declaration.name, declaration.signature);
  if (!declaration.makes.empty()) text += fmt::format("   makes a {}", declaration.makes);
  text += "\n" + indented(declaration.doc, "  ");
  if (!declaration.parameters.empty()) text += "\n";
  for (const ParameterDoc& parameter : declaration.parameters) text += parameter_text(parameter);
  if (!declaration.body.empty()) text += "\n" + indented(declaration.body, "  ");
  return text;
}

Json declaration_json(const DeclarationDoc& declaration) {
  Json json{{"kind", declaration.kind}, {"name", declaration.name}, {"doc", declaration.doc}};
  if (!declaration.signature.empty()) json["signature"] = declaration.kind + " " + declaration.name + declaration.signature;
  if (!declaration.makes.empty()) json["makes"] = declaration.makes;
  if (!declaration.body.empty()) json["body"] = declaration.body;
  if (declaration.kind != "component") return json;
  Json parameters = Json::array();
  for (const ParameterDoc& parameter : declaration.parameters) {
    Json row{{"name", parameter.name}, {"type", parameter.type}, {"required", parameter.required}, {"doc", parameter.doc}};
    if (!parameter.default_value.empty()) row["default"] = parameter.default_value;
    parameters.push_back(std::move(row));
  }
  json["parameters"] = std::move(parameters);
  return json;
}

ExitCode list_modules(View& view) {
  Json modules = Json::array();
  std::string text;
  for (const StandardModule& module : standard_library()) {
    SourceSet sources;
    DiagnosticSink sink;
    std::vector<ast::File> files;
    files.push_back(syntax::parse(sources.add(std::string(module.path), std::string(module.text)), sources, sink));
    const ModuleDoc doc = document(files, sources);
    modules.push_back({{"name", module.name}, {"doc", doc.doc}});
    text += fmt::format("{}\n{}", module.name, indented(doc.doc, "    "));
  }
  view.result({{"modules", std::move(modules)}}, text);
  return ExitCode::ok;
}

ExitCode show(View& view, const std::string& module, const ModuleDoc& doc) {
  Json declarations = Json::array();
  std::string text = module + "\n" + indented(doc.doc, "  ");
  for (const DeclarationDoc& declaration : doc.declarations) {
    declarations.push_back(declaration_json(declaration));
    text += "\n" + declaration_text(declaration);
  }
  view.result({{"module", module}, {"doc", doc.doc}, {"declarations", std::move(declarations)}}, text);
  return ExitCode::ok;
}

ExitCode show_one(View& view, const std::string& module, const ModuleDoc& doc, const std::string& name) {
  std::vector<std::string> names;
  for (const DeclarationDoc& declaration : doc.declarations) {
    if (declaration.name == name) {
      view.result({{"module", module}, {"declaration", declaration_json(declaration)}}, declaration_text(declaration));
      return ExitCode::ok;
    }
    names.push_back(declaration.name);
  }
  const auto near = suggest(name, names);
  return fail(view, Error{"usage", fmt::format("{} has no `{}`{}", module, name, near ? fmt::format("; did you mean `{}`?", *near) : fmt::format("; `berth doc {}` shows what it has", module))});
}

/// The files of a module, with what is wrong with them reported. Nothing when they cannot be shown.
std::optional<std::vector<ast::File>> read(const std::string& module, SourceSet& sources, DiagnosticSink& sink) {
  std::vector<ast::File> files;
  if (const StandardModule* standard = find_standard_module(module)) {
    files.push_back(syntax::parse(sources.add(std::string(standard->path), std::string(standard->text)), sources, sink));
    return files;
  }
  files = std::move(load(module, RealFileSystem(), sources, sink).modules.front().files);
  if (files.empty()) return std::nullopt;
  return files;
}

ExitCode doc(View& view, const Flags& flags) {
  if (flags.module.empty()) return list_modules(view);
  if (module_path_kind(flags.module) == ModulePathKind::standard && find_standard_module(flags.module) == nullptr && !RealFileSystem().is_directory(flags.module)) {
    std::vector<std::string> names;
    for (const StandardModule& module : standard_library()) names.emplace_back(module.name);
    const auto near = suggest(flags.module, names);
    return fail(view, Error{"usage", fmt::format("the standard library has no module `{}`{}", flags.module, near ? fmt::format("; did you mean `{}`?", *near) : "; `berth doc` lists them")});
  }
  SourceSet sources;
  DiagnosticSink sink;
  const auto files = read(flags.module, sources, sink);
  view.diagnostics(sink.sorted(), sources);
  if (!files) return ExitCode::source_errors;
  const ModuleDoc documented = document(*files, sources);
  const ExitCode code = flags.name.empty() ? show(view, flags.module, documented) : show_one(view, flags.module, documented, flags.name);
  return sink.has_errors() ? ExitCode::source_errors : code;
}

Runner declare(Arguments& arguments) {
  auto flags = std::make_shared<Flags>();
  arguments.positional("MODULE", flags->module, "`std/…`, a file, or a directory");
  arguments.positional("NAME", flags->name, "only this declaration");
  declare_output(arguments, flags->common);
  return [flags](Session& session) { return with_view(session, flags->common, [&](View& view) { return doc(view, *flags); }); };
}

}  // namespace

Command doc_command() { return {"doc", "", "show what a module offers", kHelp, declare}; }

}  // namespace berth::cli
