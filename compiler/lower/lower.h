#pragma once

#include "base/diagnostic.h"
#include "compiler/sema/module.h"
#include "ir/resource.h"

namespace berth::lower {

/// The IR of an analysed stack: names derived, tags of the stack merged in, defaults filled, canonical; then checked against the rules of ECS that
/// concern several settings (E03xx, W0503). The program is meaningful when `sink` has no errors afterwards.
ir::Program lower(sema::Module module, DiagnosticSink& sink, const SourceSet* sources = nullptr);

}  // namespace berth::lower
