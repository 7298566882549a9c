#include "cli/carry_out.h"

#include <istream>
#include <ostream>

#include <fmt/format.h>

#include "cli/apply_progress.h"
#include "cli/event_stream.h"

namespace berth::cli {
namespace {

/// A provider that does not wait for services.
class WithoutWaiting final : public plan::Provider {
 public:
  explicit WithoutWaiting(plan::Provider& inner) : inner_(inner) {}
  Result<ir::Snapshot> read(const plan::ReadScope& scope) override { return inner_.read(scope); }
  Result<plan::Room> read_room(const std::string& cluster_arn) override { return inner_.read_room(cluster_arn); }
  Result<plan::ActionResult> execute(const plan::Action& action, const plan::Bindings& bindings, plan::Progress& progress) override {
    if (action.verb == plan::Verb::await_stable) return plan::ActionResult{};
    return inner_.execute(action, bindings, progress);
  }

 private:
  plan::Provider& inner_;
};

/// Hides waits that were not made.
class WithoutWaits final : public plan::Progress {
 public:
  explicit WithoutWaits(plan::Progress& inner) : inner_(inner) {}
  void started(const plan::Action& action) override {
    if (shows(action)) inner_.started(action);
  }
  void advanced(const plan::Action& action, const plan::ServiceProgress& progress) override { inner_.advanced(action, progress); }
  void done(const plan::Action& action, const plan::ActionResult& result) override {
    if (shows(action)) inner_.done(action, result);
  }
  void failed(const plan::Action& action, const Error& error) override { inner_.failed(action, error); }
  void skipped(const plan::Action& action) override { inner_.skipped(action); }
  [[nodiscard]] bool cancelled() override { return inner_.cancelled(); }

 private:
  static bool shows(const plan::Action& action) { return action.verb != plan::Verb::await_stable; }
  plan::Progress& inner_;
};

/// Asks on the terminal; only "yes" and "y" are yes.
bool confirmed(Session& session, const std::string& question) {
  *session.err << question << " [y/N] ";
  session.err->flush();
  std::string answer;
  std::getline(*session.in, answer);
  return answer == "y" || answer == "yes" || answer == "Y";
}

/// The same plan of what runs now. A target may show a change a little later than it made it, so what is found is looked at again, for a while.
Result<plan::Plan> plan_what_is_left(Session& session, Target& target, const plan::Plan& plan, const plan::Options& made_with) {
  constexpr Milliseconds kPatience = std::chrono::seconds(5);
  constexpr Milliseconds kPause = std::chrono::seconds(1);
  plan::Options options = made_with;
  options.room_of = nullptr;
  options.mark_key = new_mark_key();
  options.target = plan::target_of(*plan.program);
  const Timestamp until = session.clock->now() + kPatience;
  while (true) {
    BERTH_TRY(snapshot, read_live(target, *plan.program));
    DiagnosticSink sink;
    plan::Plan left = plan::make_plan(*plan.program, std::move(snapshot), options, sink);
    if (left.empty() || session.clock->now() >= until || !session.clock->wait(kPause)) return left;
  }
}

/// Names each thing that is left, with its reason.
std::string left_text(const plan::Plan& left, const std::string& command) {
  constexpr std::size_t kMost = 20;
  std::string text = "all was carried out, and planning again still finds something to do:";
  std::size_t count = 0;
  for (const plan::Change& change : left.changes) {
    if (change.kind == plan::ChangeKind::no_op || ++count > kMost) continue;
    text += fmt::format("\n  {}  {}: {}", change.address.text(), plan::word(change.kind), change.reason.text);
  }
  if (count > kMost) text += fmt::format("\n  and {} more", count - kMost);
  return text + fmt::format("\nsomebody else changes the same things, or the target does not keep them as they were given; `berth {}` again tries again", command);
}

std::string state_word(plan::ActionState state) {
  switch (state) {
    case plan::ActionState::done: return "done";
    case plan::ActionState::failed: return "failed";
    case plan::ActionState::not_attempted: return "not-attempted";
  }
  return "";
}

}  // namespace

Result<plan::ApplyReport> perform_actions(Session& session, Target& target, std::vector<plan::Action> actions, plan::Bindings& bindings, const CarryOut& options) {
  ApplyProgress shown(session);
  BERTH_TRY(events, EventStream::open(options.events, shown, *session.clock));
  events->begin(actions);
  const plan::ApplyOptions how{.parallelism = options.parallelism};
  WithoutWaiting without(*target.provider);
  WithoutWaits quiet(*events);
  plan::Provider& provider = options.wait ? *target.provider : static_cast<plan::Provider&>(without);
  plan::Progress& progress = options.wait ? *events : static_cast<plan::Progress&>(quiet);
  plan::ApplyReport report = plan::apply(std::move(actions), bindings, provider, progress, how);
  events->end(report);
  return report;
}

std::optional<ExitCode> ask_before(Session& session, View& view, const CarryOut& options) {
  if (options.yes) return std::nullopt;
  if (view.is_json() || !session.can_ask()) {
    return fail(view, {"usage", fmt::format("nobody can be asked here; `berth {} --yes` goes ahead without asking", options.command)});
  }
  if (confirmed(session, options.question)) return std::nullopt;
  view.note(session.stop->load() ? "interrupted, nothing was changed" : "nothing was changed");
  return session.stop->load() ? ExitCode::interrupted : ExitCode::failed;
}

std::string report_text(const plan::Plan& plan, const plan::ApplyReport& report, const std::string& command) {
  if (report.ok()) {
    const plan::Counts counts = plan.counts();
    return fmt::format("Done: {} added, {} changed, {} destroyed.\n", counts.to_add(), counts.to_change(), counts.to_destroy());
  }
  std::string text;
  for (std::size_t i = 0; i < report.actions.size(); ++i) {
    if (report.outcomes[i].state == plan::ActionState::failed) {
      text += fmt::format("{} failed: {}\n", report.actions[i].text(), report.outcomes[i].error->message);
    }
  }
  for (std::size_t i = 0; i < report.actions.size(); ++i) {
    if (report.outcomes[i].state == plan::ActionState::not_attempted) text += fmt::format("not attempted: {}\n", report.actions[i].text());
  }
  return text + fmt::format("{}: {} done, {} failed, {} not attempted. `berth {}` again goes on from here.\n", report.interrupted ? "Stopped" : "Failed",
                            report.count(plan::ActionState::done), report.count(plan::ActionState::failed),
                            report.count(plan::ActionState::not_attempted), command);
}

Json report_json(const plan::ApplyReport& report, const plan::Plan* left) {
  Json actions = Json::array();
  for (std::size_t i = 0; i < report.actions.size(); ++i) {
    const plan::ActionOutcome& outcome = report.outcomes[i];
    Json item{{"action", plan::word(report.actions[i].verb)}, {"address", report.actions[i].address.text()}, {"state", state_word(outcome.state)}};
    if (!outcome.result.arn.empty()) item["arn"] = outcome.result.arn;
    if (outcome.error) item["error"] = {{"code", outcome.error->code}, {"message", outcome.error->message}};
    actions.push_back(std::move(item));
  }
  Json json{{"ok", report.ok() && left == nullptr}, {"interrupted", report.interrupted}, {"actions", std::move(actions)}};
  if (left != nullptr) {
    json["left"] = Json::array();
    for (const plan::Change& change : left->changes) {
      if (change.kind != plan::ChangeKind::no_op) json["left"].push_back({{"address", change.address.text()}, {"kind", plan::word(change.kind)}, {"reason", change.reason.text}});
    }
  }
  return {{"apply", std::move(json)}};
}

ExitCode carry_out(Session& session, View& view, Target& target, const plan::Plan& plan, const plan::Options& made_with, const CarryOut& options,
                   const std::function<ExitCode(const ir::Snapshot&)>& after) {
  view.plan(plan, false);
  if (!plan.not_carried_out.empty() && !options.allow_partial) {
    return fail(view, {"partial", fmt::format("this target does not carry out {} of what the files say; `berth {} --allow-partial` does the rest",
                                              plan.not_carried_out.size() == 1 ? "a part" : fmt::format("{} parts", plan.not_carried_out.size()), options.command)});
  }
  if (plan.denied()) return deny(view, plan);
  std::vector<plan::Action> actions = plan::schedule(plan);
  // A plan without changes has actions where the apply before was interrupted: deployments that are still under way.
  if (plan.empty() && (actions.empty() || !options.wait)) return after(*plan.snapshot);
  if (!plan.empty()) {
    if (const auto stop = ask_before(session, view, options)) return *stop;
  }
  plan::Bindings bindings(plan);
  const auto performed = perform_actions(session, target, std::move(actions), bindings, options);
  if (!performed) return fail(view, performed.error());
  const plan::ApplyReport& report = *performed;
  const std::string text = report_text(plan, report, options.command);
  if (!report.ok()) {
    view.result(report_json(report), "");
    if (!view.is_json()) view.note(text.substr(0, text.size() - 1));
    return static_cast<ExitCode>(report.exit_code());
  }
  const auto again = plan_what_is_left(session, target, plan, made_with);
  if (!again) return fail(view, again.error().while_doing("all was carried out; see whether anything is left"));
  view.result(report_json(report, again->empty() ? nullptr : &*again), text);
  if (!again->empty()) return fail(view, {"not-converged", left_text(*again, options.command)});
  return after(*again->snapshot);
}

}  // namespace berth::cli
