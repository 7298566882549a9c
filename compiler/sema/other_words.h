#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ir/schema.h"

namespace berth::sema {

/// The setting or block of `schema` that ECS's API, CloudFormation or Terraform (`desiredCount`, `DesiredCount`, `desired_count`) or a compose file
/// (`environment`) calls `word`.
std::optional<std::string> word_for(std::string_view word, const ir::schema::Block& schema);

/// How what other languages declare with `word` (`variable`, `locals`) is written at the top of a file: "param NAME: TYPE = …".
std::optional<std::string_view> declaration_for(std::string_view word);

}  // namespace berth::sema
