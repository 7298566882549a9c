"""berth why on real Docker: a task that exits after writing lines, one that the kernel kills for its memory, one whose health check fails, and one
whose image has no such command; still known after berthd was killed."""
import json
import os
import tempfile

from support import Engine, main, require, say, wait_until

PROGRAM = """
stack why { language = "1.0" }
cluster main { }
service exits {
  cluster = main
  task {
    memory = 64 MiB
    container app {
      image = "busybox:e2e"
      command = ["sh", "-c", "echo reading the config; echo cannot read the config >&2; sleep 1; exit 1"]
      memory = 32 MiB
    }
  }
}
service hungry {
  cluster = main
  task {
    memory = 64 MiB
    container app {
      image = "busybox:e2e"
      command = ["sh", "-c", "echo filling up; sleep 1; exec tail /dev/zero"]
      memory = 16 MiB
    }
  }
}
service sick {
  cluster = main
  task {
    memory = 64 MiB
    container app {
      image = "busybox:e2e"
      command = ["sh", "-c", "echo listening; exec sleep 1000"]
      memory = 16 MiB
      stop_timeout = 2s
      health { command = ["sh", "-c", "echo nobody answers; exit 7"], interval = 5s, retries = 1 }
    }
  }
}
service lost {
  cluster = main
  task {
    memory = 64 MiB
    container app {
      image = "busybox:e2e"
      command = ["sh", "-c", "no-such-program"]
      memory = 16 MiB
    }
  }
}
"""


def finding(engine, subject, directory, happened=""):
    """The newest failure of the service in whose history this happened, once there is one."""
    def told():
        done = engine.berth("why", subject, directory, "--format", "json")
        failures = json.loads(done.stdout)["findings"][0]["failures"]
        return next((one for one in failures if any(happened in moment["text"] for moment in one["history"])), None)

    return wait_until(told, 60, f"a failure of {subject} is told", 0.5)


def line_of(text):
    return next(number for number, line in enumerate(PROGRAM.splitlines(), 1) if text in line)


def container_of(failure):
    return failure["containers"][0]


def check_all(engine, directory):
    exits = finding(engine, "exits", directory)
    assert exits["cause"] == "exited" and container_of(exits)["exit_code"] == 1, exits
    # Docker keeps two streams, and not the order between them.
    assert sorted(container_of(exits)["output"]) == ["cannot read the config", "reading the config"], exits
    assert any(f"main.ecs:{line_of('cannot read')}:" in place["place"] for place in exits["configured"]), exits["configured"]

    hungry = finding(engine, "hungry", directory)
    assert hungry["cause"] == "memory" and container_of(hungry)["exit_code"] == 137, hungry
    assert "16 MiB" in hungry["summary"], hungry
    assert [place["path"] for place in hungry["configured"]] == ["task.hungry.container.app.memory"], hungry["configured"]

    sick = finding(engine, "service.sick", directory, "failed container health checks")
    assert sick["cause"] == "health", sick
    check = container_of(sick)["failed_check"]
    assert check["exit_code"] == 7 and "nobody answers" in check["output"], sick

    lost = finding(engine, "lost", directory)
    assert container_of(lost)["exit_code"] == 127 and "not found" in container_of(lost)["exit_code_means"], lost
    return exits


def test(engines):
    engine = Engine()
    engines.append(engine)
    with tempfile.TemporaryDirectory() as directory:
        with open(os.path.join(directory, "main.ecs"), "w", encoding="utf-8") as file:
            file.write(PROGRAM)
        engine.berth("apply", "--yes", "--no-wait", directory)
        exits = check_all(engine, directory)
        say("exit code, memory, health check and a missing command are told with their places in the files")

        engine.kill()
        engine.start()
        check_all(engine, directory)
        by_id = engine.berth("why", exits["task"], "/").stdout
        assert "cannot read the config" in by_id and exits["task"][:12] in by_id, by_id
        say("they are known after a crash, and by a task's id without the files")
        everything = engine.berth("why", "", directory).stdout
        for service in ("exits", "hungry", "sick", "lost"):
            assert f"service.{service}" in everything, everything


require(images=["busybox:e2e"])
main(test)
