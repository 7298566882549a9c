#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/shapes.h"
#include "base/result.h"
#include "engine/context.h"

// What all handlers need: refusals, names and ARNs, pages, tags.
namespace berth::engine {

// Refusals: the code is the exception's type (ecs.md 6.1).
Error client_error(std::string message);
Error invalid_parameter(std::string message);
Error unsupported(const std::string& what);

/// The name or id behind `text`, which may be an ARN of `type`. An ARN that is malformed, of another type, region or account, or of another
/// cluster than `cluster` (when given) is an InvalidParameterException.
Result<std::string> local_name(const Context& context, const std::string& text, const std::string& type, const std::string& cluster = "");

/// An ACTIVE cluster by name or ARN; absent is `default`. ClusterNotFoundException.
Result<Ref<Cluster>> active_cluster(const Context& context, const std::optional<std::string>& name);

/// `family` (the newest ACTIVE revision), `family:revision` or an ARN. ClientException when there is none.
Result<Ref<TaskDefinitionRecord>> find_task_definition(const Context& context, const std::string& text);
/// The same, and it must be ACTIVE: for new tasks and services.
Result<Ref<TaskDefinitionRecord>> usable_task_definition(const Context& context, const std::string& text);

/// {arn, reason: MISSING}; the ARN is built from the request.
api::Failure missing(std::string arn);

/// Opaque page tokens: `cursor` is the last key of the page before. InvalidParameterException for a text that we did not make.
std::string page_token(const std::string& cursor);
Result<std::string> page_cursor(const std::optional<std::string>& token);

/// Cuts what a query returned with a limit of size + 1 to a page. The cursor of the next page is `key_of` of the last item.
template <class Item, class KeyOf>
std::optional<std::string> cut_page(std::vector<Item>& items, std::size_t size, KeyOf key_of) {
  if (items.size() <= size) return std::nullopt;
  items.resize(size);
  return page_token(key_of(items.back()));
}
std::size_t page_size(const std::optional<std::int64_t>& max_results, std::size_t otherwise = 100);

/// Checks and converts: keys unique, within length and characters, not reserved (aws:), at most 50. InvalidParameterException.
Result<std::vector<scheduler::Tag>> checked_tags(const std::optional<std::vector<api::Tag>>& tags);
std::vector<api::Tag> present_tags(const std::vector<scheduler::Tag>& tags);

bool includes(const std::optional<std::vector<std::string>>& include, const std::string& what);

/// SHA-256 of the canonical JSON, in hexadecimal.
std::string hash_of(const Json& json);

}  // namespace berth::engine
