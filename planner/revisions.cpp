#include "planner/revisions.h"

#include <algorithm>

#include <fmt/format.h>

#include "planner/ownership.h"

namespace berth::plan {
namespace {

/// "web" of "arn:…:task-definition/web:3".
std::string family_in(const std::string& arn) {
  const std::string name = short_arn(arn);
  return name.substr(0, name.rfind(':'));
}

/// What the newer revision has that the older one has not. Names of resources are no part of it.
std::vector<FieldChange> changes_between(const ir::LiveResource& older, const ir::LiveResource& newer) {
  const ir::schema::Block* kind = ir::schema::resource_kind("task");
  return kind == nullptr ? std::vector<FieldChange>() : diff_fields(*kind, &older.resource.body, newer.resource, Places(nullptr, nullptr));
}

}  // namespace

Result<const ir::LiveResource*> find_service(const ir::Snapshot& snapshot, const std::string& stack, const std::string& name) {
  std::vector<std::string> known;
  for (const ir::LiveResource& live : snapshot.resources) {
    if (live.resource.address.kind != "service" || live.stack != stack || live.status != "ACTIVE") continue;
    if (name == live.resource.address.text() || name == live.resource.address.name || name == aws_name(live.resource)) return &live;
    known.push_back(live.resource.address.text());
  }
  return Error{"not-found", known.empty() ? fmt::format("no service of {} runs", stack) : fmt::format("`{}` is no service of {} that runs; there is {}", name, stack, fmt::join(known, ", "))};
}

std::vector<RevisionRow> revisions_of(const ir::Snapshot& snapshot, const std::string& stack, const ir::LiveResource& service) {
  const std::string running = running_task(service);
  std::vector<RevisionRow> rows;
  for (const ir::LiveResource& live : snapshot.resources) {
    const bool ours = live.resource.address.kind == "task" && live.stack == stack && live.status != "INACTIVE";
    if (ours && family_in(live.arn) == family_in(running)) rows.push_back({.revision = &live, .runs = live.arn == running, .changes = {}});
  }
  std::sort(rows.begin(), rows.end(), [](const RevisionRow& a, const RevisionRow& b) { return a.revision->revision > b.revision->revision; });
  for (std::size_t i = 0; i + 1 < rows.size(); ++i) rows[i].changes = changes_between(*rows[i + 1].revision, *rows[i].revision);
  return rows;
}

Result<const RevisionRow*> choose_revision(const std::vector<RevisionRow>& rows, const ir::LiveResource& service, std::size_t to) {
  const std::string running = short_arn(running_task(service));
  const auto runs = std::find_if(rows.begin(), rows.end(), [](const RevisionRow& row) { return row.runs; });
  if (to == 0) {
    if (runs == rows.end()) return Error{"not-found", fmt::format("{} runs {}, which is no ACTIVE revision of the stack; `--to N` says which one to run", service.resource.address.text(), running)};
    if (runs + 1 == rows.end()) return Error{"not-found", fmt::format("{} is the oldest revision that there is", running)};
    return &*(runs + 1);
  }
  const auto wanted = std::find_if(rows.begin(), rows.end(), [&](const RevisionRow& row) { return row.revision->revision == static_cast<int>(to); });
  std::vector<int> numbers;
  for (const RevisionRow& row : rows) numbers.push_back(row.revision->revision);
  if (wanted == rows.end()) return Error{"not-found", fmt::format("there is no revision {} of the stack; there is {}", to, fmt::join(numbers, ", "))};
  if (wanted->runs) return Error{"usage", fmt::format("{} runs {} already; `berth restart` replaces its tasks", service.resource.address.text(), running)};
  return &*wanted;
}

RevisionRow against_running(const ir::Snapshot& snapshot, const ir::LiveResource& service, const ir::LiveResource& revision) {
  const std::string running = running_task(service);
  RevisionRow row{.revision = &revision, .runs = revision.arn == running, .changes = {}};
  for (const ir::LiveResource& live : snapshot.resources) {
    if (live.resource.address.kind == "task" && live.arn == running) row.changes = changes_between(live, revision);
  }
  return row;
}

std::vector<Action> redeploy(const ir::LiveResource& service, const std::string& revision) {
  const std::string name = aws_name(service.resource);
  Action change{.id = 0, .verb = Verb::redeploy, .address = service.resource.address, .name = name, .live = &service, .new_deployment = true, .revision = revision};
  Action wait{.id = 1, .verb = Verb::await_stable, .address = service.resource.address, .name = name, .live = &service, .after = {0}};
  return {std::move(change), std::move(wait)};
}

}  // namespace berth::plan
