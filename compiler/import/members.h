#pragma once

#include <string>

#include "compiler/import/workspace.h"
#include "ir/schema.h"

namespace berth::importing {

/// Looks at the members of an API object before it is read: a known one of the wrong type is E0703; one that nobody knows is in the report, with what
/// becomes of it. `pointer` says where the object stands in the document.
void check_members(Workspace& workspace, const Document& document, const ir::schema::Block& kind, const Json& object, const std::string& pointer);

}  // namespace berth::importing
