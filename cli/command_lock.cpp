#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/file_system.h"
#include "cli/command.h"
#include "cli/common.h"
#include "compiler/compile.h"
#include "providers/http/curl_client.h"
#include "providers/images/registry_client.h"

namespace berth::cli {
namespace {

constexpr std::string_view kHelp = R"(Writes berth.lock: for each image that the stack names by a tag, the digest that the tag has in its registry now. From then on that digest is what
is planned and applied, wherever the tag goes. What is locked already stays as it is; when its tag has moved, that is said.

Images with a digest of their own and `floating(…)` ones are not asked for. Without --env the images of all environments are locked. Logins are read
from `auths` in ~/.docker/config.json (DOCKER_CONFIG). No other command talks to registries.

examples:
  berth lock
  berth lock --update task.web          take the digest that the tag has now
  berth lock --check                    change nothing; exit with 2 when the lock is not what the registries have)";

struct Flags {
  CommonFlags common;
  bool check = false;
  std::vector<std::string> update;
};

/// What became of an image.
struct Outcome {
  std::string reference;
  std::string state;   ///< "locked", "updated", "unchanged", "moved", "not locked" or "missing"
  std::string locked;  ///< digest in the lock, as it is now
  std::string live;    ///< digest in the registry
};

constexpr std::size_t kLargestManifest = 4 << 20;

provider::RegistryCredentials logins(const Session& session) {
  std::string directory = session.variable("DOCKER_CONFIG").value_or("");
  if (directory.empty()) directory = session.variable("HOME").value_or("") + "/.docker";
  const auto text = RealFileSystem().read(directory + "/config.json");
  return text ? provider::read_docker_config(*text) : provider::RegistryCredentials();
}

std::unique_ptr<provider::HttpClient> connect(const std::string& origin) {
  return std::make_unique<provider::CurlClient>(provider::Endpoint{.unix_socket = "", .url = origin}, provider::CurlClient::Options{.largest_response = kLargestManifest});
}

class Locking {
 public:
  Locking(Session& session, const Flags& flags, const LockSubject& subject)
      : session_(session), flags_(flags), subject_(subject), registry_(connect, logins(session)) {}

  Result<Outcome> image(const std::string& reference) {
    const auto known = subject_.lock.images.find(reference);
    const auto parsed = provider::parse_image_reference(reference);
    Outcome outcome{.reference = reference, .state = "not locked", .locked = known == subject_.lock.images.end() ? "" : known->second.hash, .live = ""};
    if (!outcome.locked.empty() || flags_.check) {
      auto live = registry_.digest(parsed);
      if (!live && live.error().code == "image-missing" && flags_.check) {
        outcome.state = "missing";
        return outcome;
      }
      if (!live) return live.error();
      outcome.live = *live;
      if (!outcome.live.empty() && outcome.live == outcome.locked) {
        outcome.state = "unchanged";
        return outcome;
      }
    }
    BERTH_TRY(manifest, registry_.manifest(parsed));
    outcome.live = manifest.digest;
    if (!outcome.locked.empty()) outcome.state = outcome.live == outcome.locked ? "unchanged" : "moved";
    if (flags_.check || outcome.state == "unchanged" || (outcome.state == "moved" && flags_.update.empty())) return outcome;
    outcome.state = outcome.locked.empty() ? "locked" : "updated";
    outcome.locked = manifest.digest;
    lines_[reference] = {.digest = manifest.digest, .platforms = manifest.platforms, .date = format_utc(session_.clock->now()).substr(0, 10)};
    return outcome;
  }

  /// The lines that are new or others.
  [[nodiscard]] const std::map<std::string, ImageLine>& lines() const { return lines_; }

 private:
  Session& session_;
  const Flags& flags_;
  const LockSubject& subject_;
  provider::RegistryClient registry_;
  std::map<std::string, ImageLine> lines_;
};

/// The references that the flags ask for. Error "usage" for an address that has no image to lock.
Result<std::set<std::string>> chosen(const Flags& flags, const LockSubject& subject) {
  std::set<std::string> references;
  for (const ImageUse& use : subject.images) {
    if (flags.update.empty()) references.insert(use.reference);
  }
  for (const std::string& address : flags.update) {
    const std::size_t before = references.size();
    bool found = false;
    for (const ImageUse& use : subject.images) {
      const bool meant = std::any_of(subject.programs.begin(), subject.programs.end(), [&](const ir::Program& program) { return means(address, use, program); });
      if (meant) references.insert(use.reference);
      found = found || meant;
    }
    if (!found && references.size() == before) return Error{"usage", fmt::format("--update {}: no image is locked there; write the address of a task or of its container, as in task.web.app", address)};
  }
  return references;
}

std::string line_of(const Outcome& outcome) {
  if (outcome.state == "moved") return fmt::format("moved       {}: {} -> {}\n", outcome.reference, outcome.locked, outcome.live);
  if (outcome.state == "not locked") return fmt::format("not locked  {}: {}\n", outcome.reference, outcome.live);
  if (outcome.state == "missing") return fmt::format("missing     {}: the registry has no such image\n", outcome.reference);
  return fmt::format("{:<10}  {}: {}\n", outcome.state, outcome.reference, outcome.locked);
}

/// Lines of berth.lock that no image of the stack needs; another stack below the same directory may.
std::vector<std::string> unused(const LockSubject& subject) {
  std::vector<std::string> references;
  for (const auto& [reference, image] : subject.lock.images) {
    const bool used = std::any_of(subject.images.begin(), subject.images.end(), [&name = reference](const ImageUse& use) { return use.reference == name; });
    if (!used) references.push_back(reference);
  }
  return references;
}

ExitCode show(View& view, const Flags& flags, const LockSubject& subject, const std::vector<Outcome>& outcomes, bool written) {
  Json images = Json::array();
  std::string text;
  bool stale = false;
  for (const Outcome& outcome : outcomes) {
    images.push_back({{"reference", outcome.reference}, {"state", outcome.state}, {"locked", outcome.locked}, {"live", outcome.live}});
    if (outcome.state != "unchanged" || flags.check) text += line_of(outcome);
    stale = stale || outcome.state == "moved" || outcome.state == "missing" || outcome.state == "not locked";
  }
  if (outcomes.empty()) text = "no image of the stack has to be locked\n";
  else if (text.empty()) text = fmt::format("{} has all images, and no tag has moved\n", subject.path);
  view.result({{"images", std::move(images)}, {"lock", subject.path}, {"written", written}}, text);
  if (written) view.note("wrote " + subject.path);
  const bool has_moved = std::any_of(outcomes.begin(), outcomes.end(), [](const Outcome& outcome) { return outcome.state == "moved"; });
  if (has_moved && !flags.check) view.note("what is locked stays; `berth lock --update ADDRESS` takes what a tag is now");
  if (flags.update.empty()) {
    for (const std::string& reference : unused(subject)) view.note(fmt::format("{} has a line for {}, which this stack does not use", subject.path, reference));
  }
  return flags.check && stale ? ExitCode::changes : ExitCode::ok;
}

ExitCode run_lock(Session& session, View& view, const Flags& flags) {
  if (flags.check && !flags.update.empty()) return fail(view, {"usage", "--check changes nothing, so --update cannot stand with it"});
  const auto options = compile_options(session, flags.common);
  if (!options) return fail(view, options.error());
  const auto sources = std::make_shared<SourceSet>();
  DiagnosticSink sink;
  const auto subject = find_images(*options, RealFileSystem(), sources, sink);
  if (!subject) {
    view.diagnostics(sink.sorted(), *sources);
    return ExitCode::source_errors;
  }
  const auto references = chosen(flags, *subject);
  if (!references) return fail(view, references.error());

  Locking locking(session, flags, *subject);
  std::vector<Outcome> outcomes;
  std::optional<Error> failed;
  for (const std::string& reference : *references) {
    if (session.stop != nullptr && session.stop->load()) return ExitCode::interrupted;
    auto outcome = locking.image(reference);
    if (outcome) {
      outcomes.push_back(*std::move(outcome));
    } else {
      failed = outcome.error();
      view.failure(outcome.error());
    }
  }
  // A lock of half the images would be an error of every compile.
  if (failed) return exit_code_of(*failed);
  if (!locking.lines().empty()) {
    if (const auto written = write_file_atomically(subject->path, with_images(subject->text, locking.lines())); !written) return fail(view, written.error());
  }
  return show(view, flags, *subject, outcomes, !locking.lines().empty());
}

Runner declare(Arguments& arguments) {
  auto flags = std::make_shared<Flags>();
  declare_path(arguments, flags->common);
  arguments.flag("--check", flags->check, "change nothing; exit with 2 when the lock is not what the registries have");
  arguments.repeated("--update", flags->update, "ADDRESS", "take what the tags of this task or container are now");
  declare_variables(arguments, flags->common);
  declare_output(arguments, flags->common);
  return [flags](Session& session) {
    return with_view(session, flags->common, [&](View& view) { return run_lock(session, view, *flags); });
  };
}

}  // namespace

Command lock_command() { return {"lock", "", "pin the tags of images to digests", kHelp, declare}; }

}  // namespace berth::cli
