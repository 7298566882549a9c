#pragma once

#include <optional>

#include "compiler/import/document.h"

namespace berth::importing {

/// Reads one document of YAML; see read_document().
std::optional<Document> read_yaml(SourceId source, const SourceSet& sources, DiagnosticSink& sink);

}  // namespace berth::importing
