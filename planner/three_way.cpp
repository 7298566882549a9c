#include "planner/three_way.h"

#include <algorithm>
#include <optional>
#include <set>
#include <sstream>
#include <tuple>

#include <fmt/format.h>

#include "ir/relabel.h"
#include "planner/field_diff.h"
#include "planner/ownership.h"

namespace berth::plan {
namespace {

/// Contents that are tried for one resource at most.
constexpr std::size_t kMostTrials = 4096;

std::string top_of(const std::string& path) { return path.substr(0, path.find('.')); }

/// The file's body in which the members `chosen` are as they run.
ir::Resource mixed(const ir::Resource& file, const ir::Value& live, const std::set<std::string>& chosen) {
  ir::Resource resource = file;
  ir::Map* body = resource.body.as_map();
  for (const std::string& member : chosen) {
    const ir::Value* runs = ir::at(live, {member});
    if (runs == nullptr) body->erase(member);
    else body->set(member, *runs);
  }
  return resource;
}

/// The members in which what was applied last is as it runs, so that the file is what changed; nothing when no choice of them has the hash.
std::optional<std::set<std::string>> applied_as_live(const ir::Resource& file, const ir::Value& live, const std::string& hash, const std::set<std::string>& members) {
  if (hash.empty()) return std::nullopt;
  const std::vector<std::string> list(members.begin(), members.end());
  // Nothing changed by hand, or nothing in the file: these are all but always the case.
  if (ir::content_hash(mixed(file, live, members)) == hash) return members;
  for (std::size_t mask = 0; mask < kMostTrials && (list.size() >= 63 || mask < (std::size_t{1} << list.size())); ++mask) {
    std::set<std::string> chosen;
    for (std::size_t i = 0; i < list.size() && i < 63; ++i) {
      if ((mask >> i & 1) != 0) chosen.insert(list[i]);
    }
    if (ir::content_hash(mixed(file, live, chosen)) == hash) return chosen;
  }
  return std::nullopt;
}

/// What runs, comparable with the file: labels that ECS does not keep are put back.
ir::Value comparable(const Change& change) {
  ir::Value body = change.before->resource.body;
  if (const ir::schema::Block* kind = ir::schema::resource_kind(change.address.kind)) ir::relabel(*kind, body, change.after->body);
  return body;
}

std::string sentence(const Difference& difference) {
  const std::string live = difference.live.empty() ? "not set" : difference.live;
  const std::string file = difference.file.empty() ? "not set" : difference.file;
  switch (difference.cause) {
    case Cause::source: return fmt::format("the files say {}, applied was {}", file, live);
    case Cause::by_hand: return fmt::format("runs {}, applied was {}", live, file);
    case Cause::unknown: break;
  }
  return fmt::format("runs {}, the files say {}", live, file);
}

class Comparison {
 public:
  Comparison(const Plan& plan, DriftReport& report) : plan_(plan), report_(report) {
    for (const ir::LiveResource& live : plan.snapshot->resources) {
      if (live.resource.address.kind == "task" && live.stack == plan.program->id()) own_.insert(live.arn);
    }
  }

  void one(const Change& change) {
    switch (change.kind) {
      case ChangeKind::no_op: return;
      case ChangeKind::create: return whole(change, Cause::unknown, "does not run: it was not applied yet, or somebody deleted it");
      case ChangeKind::destroy: return whole(change, Cause::source, "is not in the files any more");
      case ChangeKind::revise: return revision(change);
      case ChangeKind::update:
      case ChangeKind::replace: break;
    }
    fields(change);
    if (change.reason.kind == ReasonKind::other_revision) other_revision(change);
  }

  void known_to_plan(const Drift& drift) {
    if (drift.kind == DriftKind::out_of_band) return;  // found here
    report_.differences.push_back({.address = drift.address, .path = drift.path, .cause = Cause::by_hand, .file = "", .live = "", .text = drift.text, .place = "", .known = ""});
  }

 private:
  void whole(const Change& change, Cause cause, std::string text) {
    report_.differences.push_back({.address = change.address, .path = "", .cause = cause, .file = "", .live = "", .text = std::move(text), .place = change.place, .known = ""});
  }

  void add(const Change& change, const FieldChange& field, Cause cause) {
    Difference difference{.address = change.address,
                          .path = field.path,
                          .cause = cause,
                          .file = field.after.empty() ? "" : ir::spell(field.after),
                          .live = field.before.empty() ? "" : ir::spell(field.before),
                          .text = "",
                          .place = field.place,
                          .known = ""};
    difference.text = sentence(difference);
    report_.differences.push_back(std::move(difference));
  }

  /// Nobody can change a revision, so it is as it was applied.
  void revision(const Change& change) {
    for (const FieldChange& field : change.fields) add(change, field, is_tag(field) ? Cause::unknown : Cause::source);
  }

  void fields(const Change& change) {
    const ir::Value live = comparable(change);
    std::set<std::string> members;
    for (const FieldChange& field : change.fields) {
      if (counts(field)) members.insert(top_of(field.path));
    }
    // A service that is to run another task: not among the settings that are shown.
    const ir::Value* runs = ir::at(live, {"task"});
    const ir::Value* wanted = ir::at(change.after->body, {"task"});
    if (runs != nullptr && wanted != nullptr && *runs != *wanted) members.insert("task");
    const bool settled = change.before->hash == ir::content_hash(*change.after);
    const auto as_live = settled ? std::set<std::string>() : applied_as_live(*change.after, live, change.before->hash, members);
    for (const FieldChange& field : change.fields) {
      Cause cause = Cause::unknown;
      if (counts(field) && as_live) cause = as_live->count(top_of(field.path)) > 0 ? Cause::source : Cause::by_hand;
      add(change, field, cause);
    }
  }

  /// Whether the hash of what was applied says something about it.
  static bool counts(const FieldChange& field) { return !is_tag(field) && !ir::contains_sensitive(field.before) && !ir::contains_sensitive(field.after); }

  void other_revision(const Change& change) {
    const bool ours = own_.count(running_task(*change.before)) > 0;
    const std::string& from = change.deployment->from;
    const std::string text = from.empty() ? std::string("runs no revision") : fmt::format("runs {}, {}", from, ours ? "an earlier revision of the stack: it was rolled back" : "which is not the stack's");
    report_.differences.push_back({.address = change.address, .path = "task", .cause = Cause::by_hand, .file = change.deployment->to, .live = from, .text = text, .place = change.place, .known = ""});
  }

  const Plan& plan_;
  DriftReport& report_;
  std::set<std::string> own_;
};

bool covers(const KnownDrift& known, const Difference& difference) {
  if (known.address != difference.address.text()) return false;
  if (known.path == "*" || known.path == difference.path) return true;
  return difference.path.rfind(known.path + ".", 0) == 0;
}

void set_known(DriftReport& report, const std::vector<KnownDrift>& known, const std::string& today) {
  for (const KnownDrift& line : known) {
    bool used = false;
    const bool expired = line.until < today;
    for (Difference& difference : report.differences) {
      if (difference.cause == Cause::source || !covers(line, difference)) continue;
      used = true;
      if (!expired) difference.known = line.reason;
    }
    if (!used) report.unused.push_back(line);
    else if (expired) report.expired.push_back(line);
  }
}

bool is_day(const std::string& text) {
  constexpr std::string_view kForm = "dddd-dd-dd";
  if (text.size() != kForm.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (kForm[i] == 'd' ? (text[i] < '0' || text[i] > '9') : text[i] != '-') return false;
  }
  const std::string month = text.substr(5, 2);
  const std::string day = text.substr(8, 2);
  return month >= "01" && month <= "12" && day >= "01" && day <= "31";
}

}  // namespace

std::string_view word(Cause cause) {
  switch (cause) {
    case Cause::source: return "not-applied";
    case Cause::by_hand: return "by-hand";
    case Cause::unknown: break;
  }
  return "unknown";
}

Result<std::vector<KnownDrift>> parse_known_drift(std::string_view text) {
  std::vector<KnownDrift> known;
  std::istringstream lines{std::string(text)};
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    line.erase(line.find_last_not_of(" \t\r") + 1);
    std::istringstream words(line);
    KnownDrift row{.address = "", .path = "", .until = "", .reason = "", .line = number};
    std::string until;
    if (!(words >> row.address) || row.address.front() == '#') continue;
    const auto wrong = [&](std::string_view what) {
      return Error{"usage", fmt::format("line {} of the list of known drift: {}; a line is `service.web tags.owner until 2027-01-31: why it may stay`", number, what)};
    };
    if (!ir::Address::parse(row.address)) return wrong(fmt::format("`{}` is no address", row.address));
    if (!(words >> row.path >> until >> row.until) || until != "until") return wrong("it does not say until when");
    if (row.until.back() != ':') return wrong("there is no `:` before the reason");
    row.until.pop_back();
    if (!is_day(row.until)) return wrong(fmt::format("`{}` is no day", row.until));
    std::getline(words >> std::ws, row.reason);
    if (row.reason.empty()) return wrong("it gives no reason");
    known.push_back(std::move(row));
  }
  return known;
}

std::size_t DriftReport::drifted() const {
  return static_cast<std::size_t>(std::count_if(differences.begin(), differences.end(), [](const Difference& d) { return d.cause != Cause::source && d.known.empty(); }));
}

std::size_t DriftReport::count(Cause cause) const {
  return static_cast<std::size_t>(std::count_if(differences.begin(), differences.end(), [&](const Difference& d) { return d.cause == cause && d.known.empty(); }));
}

DriftReport compare_three_ways(const Plan& plan, const std::vector<KnownDrift>& known, const std::string& today) {
  DriftReport report;
  Comparison comparison(plan, report);
  for (const Change& change : plan.changes) comparison.one(change);
  for (const Drift& drift : plan.drift) comparison.known_to_plan(drift);
  std::stable_sort(report.differences.begin(), report.differences.end(),
                   [](const Difference& a, const Difference& b) { return std::tie(a.address, a.path) < std::tie(b.address, b.path); });
  set_known(report, known, today);
  return report;
}

}  // namespace berth::plan
