"""What `berth plan` says of ten rollouts is what then happens on real containers: as many starts and stops in the same order, the same lowest number
of healthy tasks and the same peak."""
import collections
import datetime
import json
import pathlib
import tempfile
import threading
import time

from support import Engine, main, require, say

IMAGE = "busybox:e2e"
# name: tasks, minimum and maximum healthy percent
SERVICES = {"a": (1, 100, 200), "b": (2, 100, 200), "c": (2, 50, 100), "d": (3, 100, 150), "e": (4, 50, 100), "f": (4, 100, 125), "g": (4, 50, 150), "h": (3, 0, 100),
            "i": (5, 60, 140), "j": (2, 100, 150)}
# Between two steps there is a run of a health check, five seconds. Tasks of one step are not seen to be healthy at the same instant, so what is one step in the
# rehearsal may be several here, with the same counts at its end.
SAME_STEP = 1.0


def stack():
    text = 'stack rehearsal { }\nparam version: string = "one"\ncluster main { }\n'
    for name, (tasks, minimum, maximum) in SERVICES.items():
        text += f"""service {name} {{
  cluster = main
  replicas = {tasks}
  deploy rolling {{ min_healthy = {minimum}%, max = {maximum}%, circuit_breaker {{ }} }}
  task {{
    container app {{
      image = "{IMAGE}"
      memory = 16 MiB
      stop_timeout = 5s
      command = ["sh", "-c", "touch /tmp/ready; trap exit TERM; sleep 1000 & wait"]
      env {{ VERSION = version }}
      health {{ command = ["test", "-e", "/tmp/ready"], interval = 5s, timeout = 4s }}
    }}
  }}
}}
"""
    return text


def tasks_of(engine, service, status):
    _, listed = engine.call("ListTasks", cluster="main", serviceName=service, desiredStatus=status)
    if not listed["taskArns"]:
        return []
    return engine.call("DescribeTasks", cluster="main", tasks=listed["taskArns"])[1]["tasks"]


class Watch(threading.Thread):
    """Samples the wanted tasks of all services until it is ended: fewest healthy and most tasks."""

    def __init__(self, engine):
        super().__init__()
        self.engine = engine
        self.over = threading.Event()
        self.healthy = {}
        self.peak = collections.Counter()

    def run(self):
        while not self.over.is_set():
            for service in SERVICES:
                tasks = [task for task in tasks_of(self.engine, service, "RUNNING") if task["desiredStatus"] == "RUNNING"]
                healthy = sum(task["lastStatus"] == "RUNNING" and task["healthStatus"] == "HEALTHY" for task in tasks)
                self.healthy[service] = min(self.healthy.get(service, healthy), healthy)
                self.peak[service] = max(self.peak[service], len(tasks))
            time.sleep(0.02)


def seconds(moment):
    return moment if isinstance(moment, (int, float)) else datetime.datetime.fromisoformat(moment).timestamp()


def counts(moments):
    """(started, stopped) since the beginning, after each step, from (time, +1 or -1)."""
    found = []
    begun = None
    for at, what in sorted(moments):
        if begun is None or at - begun > SAME_STEP:
            found.append(found[-1] if found else (0, 0))
            begun = at
        found[-1] = (found[-1][0] + (what > 0), found[-1][1] + (what < 0))
    return found


def happened(engine, service, since):
    moments = []
    for task in tasks_of(engine, service, "RUNNING") + tasks_of(engine, service, "STOPPED"):
        if seconds(task["createdAt"]) >= since:
            moments.append((seconds(task["createdAt"]), 1))
        if "stoppingAt" in task:
            moments.append((seconds(task["stoppingAt"]), -1))
    return moments


def test(engines):
    engine = Engine()
    engines.append(engine)
    with tempfile.TemporaryDirectory() as directory:
        (pathlib.Path(directory) / "main.ecs").write_text(stack())
        engine.berth("apply", "--yes", directory)
        say("ten services run")
        plan = json.loads(engine.berth("plan", directory, "--var", "version=two", "--format", "json").stdout)
        rehearsed = {change["name"]: change["rollout"] for change in plan["resource_changes"] if "rollout" in change}
        assert sorted(rehearsed) == sorted(SERVICES), sorted(rehearsed)
        since = time.time()
        watch = Watch(engine)
        watch.start()
        try:
            engine.berth("apply", "--yes", directory, "--var", "version=two", "--parallelism", "10")
        finally:
            watch.over.set()
            watch.join()
        wrong = []
        for name, rollout in rehearsed.items():
            said = counts([(step["at"] / 1000, what) for step in rollout["steps"] for what in [1] * step["started"] + [-1] * step["stopped"]])
            moments = happened(engine, name, since)
            seen = counts(moments)
            say(f"{name}: {SERVICES[name]}: {said}, lowest healthy {rollout['lowest_healthy']}, peak {rollout['peak']['tasks']}")
            if [step for step in seen if step in said] != said:
                times = " ".join(f"{at - since:.1f} s {'start' if what > 0 else 'stop'}," for at, what in sorted(moments))
                wrong.append(f"{name}: started and stopped {seen} and not {said}: {times}")
            if watch.healthy[name] != rollout["lowest_healthy"]:
                wrong.append(f"{name}: lowest healthy {watch.healthy[name]} and not {rollout['lowest_healthy']}")
            if watch.peak[name] != rollout["peak"]["tasks"]:
                wrong.append(f"{name}: peak {watch.peak[name]} and not {rollout['peak']['tasks']}")
        assert not wrong, "\n".join(wrong)


require(images=[IMAGE])
main(test)
