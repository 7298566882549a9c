#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/export/export.h"

namespace berth::exporting {

/// A loss for what `ir::api_text` has to make up about an extern: ids of what is chosen by tag, an account or region that nobody names, ids in ARNs.
void report_guesses(const ir::Resource& external, const ir::Program& program, std::vector<Loss>& losses);

/// Whether the source itself says what the API takes for the extern; else an ARN has to be found or made of its name.
bool is_text_known(const ir::Resource& external);

/// The names, not ids, in a network's `security_groups`.
std::vector<std::string> group_names(const ir::Resource& network);

/// What an extern is called: its `name`, else what it is known by in the source.
std::string extern_name(const ir::Resource& external);

/// A loss for each resource that is no cluster, task definition or service, but for the kinds in `written`.
void report_other_kinds(const ir::Program& program, const std::vector<std::string_view>& written, std::string_view reason, std::vector<Loss>& losses);

/// Sorts files and losses; of equal losses one is kept.
void finish(Export& made);

}  // namespace berth::exporting
