#pragma once

#include <optional>
#include <string>

#include "compiler/import/workspace.h"

namespace berth::importing {

/// Adds a task definition, as it is registered or described, to the stack: `definition` stands at `pointer` of the document, or was made from what
/// stands there. `tags` is a list of {key, value}, or null. `hint` is
/// a name that has been taken for it; without one its family makes one.
void add_task_definition(Workspace& workspace, const Document& document, const std::string& pointer, Json definition, const Json& tags, std::string_view hint = "");

/// The body's tags from a list of {key, value}; those of berth's own and of AWS are not the user's.
void set_tags(Workspace& workspace, const Document& document, const std::string& pointer, const Json& tags, ir::Map& body);

/// Notes where two canonical forms differ, as what is not kept.
void note_losses(Workspace& workspace, const Document& document, const Json& before, const Json& after, const std::string& prefix);

}  // namespace berth::importing
