#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/source.h"
#include "compiler/ast/ast.h"

namespace berth {

/// The comments `# ecs: allow W0501 -- reason` of a stack: each silences warnings of the item that follows it in the same block.
class Allows {
 public:
  /// Takes the comments of one file; nothing is reported yet.
  void read(const ast::File& file, const SourceSet& sources);

  /// Takes the silenced warnings out of `sink` and reports the comments that are not well formed (E0013, E0014) and, when the stack was looked
  /// at to its end, those that silence nothing (W0506).
  void apply(DiagnosticSink& sink, bool complete) const;

 private:
  /// One code of a comment.
  struct Code {
    std::string text;
    Span span;
  };
  struct Allow {
    Span comment;
    std::vector<Code> codes;
    bool has_reason = false;
    Span item;  ///< invalid: nothing follows
  };

  static Allow parse(std::string_view text, Span comment);
  static void report(const Allow& allow, DiagnosticSink& sink);

  std::vector<Allow> allows_;
};

}  // namespace berth
