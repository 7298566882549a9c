#include <memory>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/common.h"
#include "cli/engine_instance.h"
#include "cli/engine_process.h"
#include "providers/ecs/json_access.h"

namespace berth::cli {
namespace {

constexpr std::string_view kHelp = R"(Starts, stops or shows the local engine, the daemon that keeps services running.

  start    starts berthd in the background and waits until it answers. `berth apply` does this by itself.
  stop     ends it. Containers keep running, and the next engine with the same data directory takes them over.
  status   says whether it runs, and what it looks after
  instance add|list|drain ID|activate ID|remove ID|why SERVICE
           container instances of a cluster: simulated ones beside this machine, each with CPU, memory, ports and attributes of its
           own, to try placement, daemons and draining; `why` says for each what keeps a task of the service from it

Its data (the store and berthd.log) is in /var/lib/berth for root and in $XDG_STATE_HOME/berth for others.

examples:
  berth engine start
  berth engine start --data-dir /srv/berth --docker-host unix:///run/docker.sock
  berth engine start --listen 127.0.0.1:5190
  berth engine status --format json
  berth engine instance add --cluster shop --cpu 1024 --memory 2048 --attribute ecs.availability-zone=us-east-1b
  berth engine stop)";

struct Flags {
  CommonFlags common;
  std::string verb;
  EngineStart start;
  InstanceFlags instance;
};

ExitCode start(Session& session, View& view, const Flags& flags, const provider::Endpoint& endpoint) {
  if (const auto answer = ask_engine(endpoint, session)) {
    const std::string version = provider::text_at(*answer, "version");
    view.result({{"running", true}, {"started", false}, {"address", endpoint.text()}}, fmt::format("an engine runs at {}, version {}\n", endpoint.text(), version));
    return ExitCode::ok;
  }
  const auto started = start_engine(endpoint, flags.start, session);
  if (!started) return fail(view, started.error());
  Json shown{{"running", true}, {"started", true}, {"address", endpoint.text()}, {"pid", started->pid}, {"log", started->log_file}};
  std::string text = fmt::format("the engine runs at {}, process {}, log in {}\n", endpoint.text(), started->pid, started->log_file);
  if (!flags.start.listen.empty() && flags.start.auth != "none") {
    shown["credentials"] = started->credentials_file;
    text += fmt::format("AWS clients sign with the profile `berth`:\n  export AWS_SHARED_CREDENTIALS_FILE={} AWS_PROFILE=berth\n", started->credentials_file);
  }
  view.result(shown, text);
  return ExitCode::ok;
}

ExitCode stop(Session& session, View& view, const provider::Endpoint& endpoint) {
  const auto stopped = stop_engine(endpoint, session);
  if (!stopped && stopped.error().code == "connect") {
    view.result({{"running", false}, {"stopped", false}}, fmt::format("no engine runs at {}\n", endpoint.text()));
    return ExitCode::ok;
  }
  if (!stopped) return fail(view, stopped.error());
  view.result({{"running", false}, {"stopped", true}, {"pid", *stopped}},
              fmt::format("the engine at {} has ended (process {}); containers keep running\n", endpoint.text(), *stopped));
  return ExitCode::ok;
}

ExitCode status(Session& session, View& view, const provider::Endpoint& endpoint) {
  const auto answer = ask_engine(endpoint, session);
  if (!answer && answer.error().code == "connect") {
    view.result({{"running", false}, {"address", endpoint.text()}}, fmt::format("no engine runs at {}\n", endpoint.text()));
    return ExitCode::failed;
  }
  if (!answer) return fail(view, answer.error());
  Json result = *answer;
  result["running"] = true;
  result["address"] = endpoint.text();
  std::string text = fmt::format("the engine runs at {}\n", endpoint.text());
  const auto line = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) text += fmt::format("  {:<10} {}\n", name, value);
  };
  line("version", provider::text_at(*answer, "version"));
  if (endpoint.is_unix()) {
    if (const auto pid = listening_process(endpoint.unix_socket)) {
      result["pid"] = *pid;
      line("process", std::to_string(*pid));
    }
  }
  line("driver", provider::text_at(*answer, "driver"));
  line("data", provider::text_at(*answer, "dataDir"));
  line("clusters", std::to_string(provider::number_at(*answer, "clusters")));
  line("services", std::to_string(provider::number_at(*answer, "services")));
  line("tasks", fmt::format("{} running, {} pending", provider::number_at(*answer, "tasksRunning"), provider::number_at(*answer, "tasksPending")));
  view.result(result, text);
  return ExitCode::ok;
}

ExitCode engine(Session& session, View& view, const Flags& flags) {
  const auto endpoint = find_engine(session, flags.common);
  if (!endpoint) return fail(view, endpoint.error());
  if (flags.verb != "instance" && !flags.instance.words.empty()) {
    return fail(view, {"usage", fmt::format("`berth engine {}` takes no more words", flags.verb)});
  }
  if (flags.verb == "start") return start(session, view, flags, *endpoint);
  if (flags.verb == "stop") return stop(session, view, *endpoint);
  if (flags.verb == "status") return status(session, view, *endpoint);
  if (flags.verb == "instance") return engine_instance(session, view, flags.instance, *endpoint);
  return fail(view, {"usage", fmt::format("`berth engine` can start, stop, status and instance, not `{}`", flags.verb)});
}

Runner declare(Arguments& arguments) {
  auto flags = std::make_shared<Flags>();
  arguments.required("start|stop|status|instance", flags->verb, "what to do");
  arguments.positionals("words", flags->instance.words, "instance: add, list, drain ID, activate ID, remove ID, why SERVICE");
  declare_engine(arguments, flags->common);
  arguments.option("--data-dir", flags->start.data_dir, "DIR", "start: where the engine keeps its data", "BERTH_DATA_DIR");
  arguments.option("--driver", flags->start.driver, "NAME", "start: docker, or fake for trying things out");
  arguments.option("--docker-host", flags->start.docker_host, "ADDRESS", "start: the Docker Engine's socket, unix:///path", "DOCKER_HOST");
  arguments.option("--healthy-after", flags->start.healthy_after, "TIME", "start: how long a task must run to count as healthy, such as 40s");
  arguments.option("--image-pull", flags->start.image_pull, "WHEN", "start: when registries are asked for images that are here: default, always or prefer-cached");
  arguments.option("--listen", flags->start.listen, "HOST:PORT", "start: serve AWS clients there too");
  arguments.option("--auth", flags->start.auth, "KIND", "start: for --listen, sigv4 (signed requests only, the default) or none (loopback)");
  arguments.option("--cluster", flags->instance.cluster, "NAME", "instance: the cluster, default unless given");
  arguments.number("--cpu", flags->instance.cpu, 0, 10'000'000, "UNITS", "instance add: CPU units, 1024 to the core");
  arguments.number("--memory", flags->instance.memory, 0, 1'000'000'000, "MIB", "instance add: MiB of memory");
  arguments.repeated("--attribute", flags->instance.attributes, "NAME=VALUE", "instance add: an attribute, such as ecs.availability-zone=us-east-1b");
  declare_output(arguments, flags->common);
  return [flags](Session& session) { return with_view(session, flags->common, [&](View& view) { return engine(session, view, *flags); }); };
}

}  // namespace

Command engine_command() { return {"engine", "", "start, stop or show the local engine", kHelp, declare}; }

}  // namespace berth::cli
