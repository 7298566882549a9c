"""A deployment whose container keeps exiting ends the apply with a non-zero code, the exit code, and what the container said last."""
import os
import tempfile

from support import Engine, engine_containers, main, require, say

ROLLED_BACK = 5
PROGRAM = """
stack failing {{ language = "1.0" }}
cluster main {{}}
service web {{
  cluster = main
  task {{
    memory = 32 MiB
    container server {{
      image = "{image}"
      command = {command}
      memory = 16 MiB
      # As on ECS, a container without a health check counts as soon as it runs.
      health {{ command = ["test", "-e", "/tmp/ready"], interval = 5s }}
    }}
  }}
  deploy rolling {{ circuit_breaker {{ rollback = {rollback} }} }}
}}
"""
GOOD = '["sh", "-c", "touch /tmp/ready; exec sleep 1000"]'
BAD = '["sh", "-c", "echo cannot read the config; exit 3"]'


def apply(engine, directory, command, rollback):
    with open(os.path.join(directory, "main.ecs"), "w", encoding="utf-8") as file:
        file.write(PROGRAM.format(image="busybox:e2e", command=command, rollback=rollback))
    return engine.berth("apply", "--yes", directory, check=False, timeout=200)


def test(engines):
    engine = Engine()
    engines.append(engine)
    with tempfile.TemporaryDirectory() as directory:
        done = apply(engine, directory, BAD, "false")
        text = done.stdout + done.stderr
        assert done.returncode == 1, f"exit code {done.returncode}\n{text}"
        for needed in ("3", "cannot read the config"):
            assert needed in text, f"the failure names {needed!r}:\n{text}"
        say("a failing deployment ends with 1, the container's exit code and its last line")

        done = apply(engine, directory, GOOD, "true")
        assert done.returncode == 0, done.stdout + done.stderr
        good = {c["id"] for c in engine_containers("busybox:e2e")}
        done = apply(engine, directory, BAD, "true")
        text = done.stdout + done.stderr
        assert done.returncode == ROLLED_BACK, f"exit code {done.returncode}\n{text}"
        assert "cannot read the config" in text, text
        assert good <= {c["id"] for c in engine_containers("busybox:e2e")}, "the good task kept running"
        say("with rollback it ends with 5, and the good task never stopped")


require(images=["busybox:e2e"])
main(test)
