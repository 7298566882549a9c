#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/json.h"
#include "base/source.h"

namespace berth::importing {

/// An input that has been read: its values, and where they stand.
class Document {
 public:
  Document(SourceId source, Json root, std::map<std::string, Span> places) : source_(source), root_(std::move(root)), places_(std::move(places)) {}

  [[nodiscard]] SourceId source() const { return source_; }
  [[nodiscard]] const Json& root() const { return root_; }
  /// Where the value of a JSON pointer ("/containerDefinitions/0/cpu") stands, or what is around it where that is not known.
  [[nodiscard]] Span place(const std::string& pointer, const SourceSet& sources) const;

 private:
  SourceId source_;
  Json root_;
  std::map<std::string, Span> places_;  ///< YAML only; JSON is looked through when somebody asks
};

/// Reads JSON (what begins with `{` or `[`) or YAML. What cannot be read is E0701: syntax, nesting, aliases that unfold to too much.
/// The short forms of intrinsic functions in YAML are their long ones: `!Ref x` is `{"Ref": "x"}`.
std::optional<Document> read_document(SourceId source, const SourceSet& sources, DiagnosticSink& sink);

/// A JSON pointer as people read it: `containerDefinitions[0].cpu`.
std::string path_text(const std::string& pointer);

/// A pointer with one more part.
std::string below(const std::string& pointer, std::string_view member);
std::string below(const std::string& pointer, std::size_t index);

}  // namespace berth::importing
