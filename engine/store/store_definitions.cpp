#include "api/arn.h"

#include <fmt/format.h>
#include "engine/store/state.h"

// Task definitions (in the file, with a copy of those used lately) and idempotency tokens.
namespace berth::engine {
namespace {

/// Copies held in memory; more, and all are dropped and read again.
constexpr std::size_t kHeldDefinitions = 20'000;

std::string cache_key(const std::string& family, std::int64_t revision) { return fmt::format("{}:{}", family, revision); }

}  // namespace

Ref<TaskDefinitionRecord> Store::task_definition(const std::string& family, std::int64_t revision) const {
  const std::string key = cache_key(family, revision);
  if (const auto held = state_->definitions.find(key); held != state_->definitions.end()) return held->second;
  Ref<TaskDefinitionRecord> record;
  state_->read(
      "SELECT doc FROM task_definitions WHERE family = ? AND revision = ?",
      [&](const Query& query) {
        auto value = read_document(query.text(0), task_definition_from_json);
        if (value) {
          record = std::make_shared<TaskDefinitionRecord>(std::move(*value));
        } else {
          state_->note(value.error());
        }
      },
      family, revision);
  if (!record) return record;
  if (state_->definitions.size() >= kHeldDefinitions) state_->definitions.clear();
  state_->definitions[key] = record;
  return record;
}

Ref<TaskDefinitionRecord> Store::task_definition(const std::string& arn) const {
  const auto name = api::parse_task_definition_name(arn);
  return name && name->revision ? task_definition(name->family, *name->revision) : nullptr;
}

std::optional<std::int64_t> Store::latest_active_revision(const std::string& family) const {
  std::optional<std::int64_t> revision;
  state_->read(
      "SELECT max(revision) FROM task_definitions WHERE status = 'ACTIVE' AND family = ?",
      [&](const Query& query) {
        if (!query.is_null(0)) revision = query.number(0);
      },
      family);
  return revision;
}

std::int64_t Store::next_revision(const std::string& family) {
  state_->write("INSERT INTO families (family, last_revision) VALUES (?, 1) ON CONFLICT DO UPDATE SET last_revision = last_revision + 1", family);
  std::int64_t revision = 0;
  state_->read("SELECT last_revision FROM families WHERE family = ?", [&](const Query& query) { revision = query.number(0); }, family);
  return revision;
}

std::vector<Store::DefinitionKey> Store::list_task_definitions(const DefinitionFilter& filter) const {
  // A row value as the cursor; the extremes stand for "from the beginning".
  const std::string family = filter.family.value_or("");
  const std::int64_t any_family = filter.family ? 0 : 1;
  const std::string after_family = filter.after ? filter.after->family : filter.descending ? "\x7f" : "";
  const std::int64_t after_revision = filter.after ? filter.after->revision : 0;
  std::vector<DefinitionKey> keys;
  const auto row = [&](const Query& query) { keys.push_back({query.text(0), query.number(1)}); };
  const std::string_view sql =
      filter.descending ? "SELECT family, revision FROM task_definitions WHERE status = ? AND (? OR family = ?) AND (family, revision) < (?, ?) "
                          "ORDER BY family DESC, revision DESC LIMIT ?"
                        : "SELECT family, revision FROM task_definitions WHERE status = ? AND (? OR family = ?) AND (family, revision) > (?, ?) "
                          "ORDER BY family, revision LIMIT ?";
  state_->read(sql, row, filter.status, any_family, family, after_family, after_revision, static_cast<std::int64_t>(filter.limit));
  return keys;
}

std::vector<std::string> Store::list_families(const std::string& prefix, const std::string& status, const std::string& after,
                                              std::size_t limit) const {
  std::vector<std::string> families;
  // Families are ASCII, so every name with the prefix sorts below prefix + DEL.
  const std::string end = prefix + "\x7f";
  const std::string active = "EXISTS (SELECT 1 FROM task_definitions d WHERE d.family = f.family AND d.status = 'ACTIVE')";
  const std::string inactive = "EXISTS (SELECT 1 FROM task_definitions d WHERE d.family = f.family AND d.status = 'INACTIVE')";
  const std::string wanted = status == "ACTIVE"     ? active
                             : status == "INACTIVE" ? fmt::format("NOT {} AND {}", active, inactive)
                                                    : fmt::format("({} OR {})", active, inactive);
  state_->read(fmt::format("SELECT family FROM families f WHERE family >= ? AND family < ? AND family > ? AND {} ORDER BY family LIMIT ?", wanted),
               [&](const Query& query) { families.push_back(query.text(0)); }, prefix, end, after, static_cast<std::int64_t>(limit));
  return families;
}

void Store::put_task_definition(const TaskDefinitionRecord& record) {
  const api::TaskDefinition& definition = record.definition;
  const std::string family = definition.family.value_or("");
  const std::int64_t revision = definition.revision.value_or(0);
  state_->write(
      "INSERT INTO task_definitions (family, revision, status, doc) VALUES (?, ?, ?, ?) "
      "ON CONFLICT DO UPDATE SET status=excluded.status, doc=excluded.doc",
      family, revision, definition.status.value_or("ACTIVE"), canonical_json(to_json(record)));
  const std::string key = cache_key(family, revision);
  state_->undo.push_back([state = state_.get(), key] { state->definitions.erase(key); });
  state_->definitions[key] = std::make_shared<TaskDefinitionRecord>(record);
}

std::optional<TokenRecord> Store::token(const std::string& scope, const std::string& token) const {
  std::optional<TokenRecord> record;
  state_->read(
      "SELECT request_hash, arns FROM tokens WHERE scope = ? AND token = ?",
      [&](const Query& query) {
        record = TokenRecord{.request_hash = query.text(0)};
        const auto arns = parse_json(query.text(1));
        if (!arns || !arns->is_array()) return;
        for (const Json& arn : *arns) record->arns.push_back(arn.is_string() ? arn.get<std::string>() : "");
      },
      scope, token);
  return record;
}

void Store::put_token(const std::string& scope, const std::string& token, const TokenRecord& record, Timestamp now) {
  state_->write(
      "INSERT INTO tokens (scope, token, request_hash, arns, created_at) VALUES (?, ?, ?, ?, ?) "
      "ON CONFLICT DO UPDATE SET request_hash=excluded.request_hash, arns=excluded.arns, created_at=excluded.created_at",
      scope, token, record.request_hash, canonical_json(Json(record.arns)), std::int64_t{now.time_since_epoch().count()});
}

void Store::prune_tokens(Timestamp before) {
  bool any = false;
  const std::int64_t limit = before.time_since_epoch().count();
  state_->read("SELECT 1 FROM tokens WHERE created_at < ? LIMIT 1", [&](const Query&) { any = true; }, limit);
  if (any) state_->write("DELETE FROM tokens WHERE created_at < ?", limit);
}

}  // namespace berth::engine
