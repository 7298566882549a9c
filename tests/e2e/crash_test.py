"""kill -9 of berthd while it starts 20 tasks, twice: after the restart the service reaches 20 of 20, nothing is orphaned or doubled."""
import collections
import os
import subprocess
import tempfile
import time

from support import BIN, HELLO_IMAGE, Engine, clean_environment, containers, engine_containers, main, require, say, wait_until

TASKS = 20
PROGRAM = f"""
stack crash {{ language = "1.0" }}
cluster main {{}}
service web {{
  cluster = main
  replicas = {TASKS}
  task {{
    memory = 32 MiB
    container server {{
      image = "{HELLO_IMAGE}"
      memory = 16 MiB
      port http = 8080
    }}
  }}
}}
"""


def running_count(engine):
    status, found = engine.call("DescribeServices", cluster="main", services=["web"])
    return found["services"][0]["runningCount"] if status == 200 and found.get("services") else 0


def task_ids(engine, desired):
    ids, token = [], None
    while True:
        _, page = engine.call("ListTasks", cluster="main", desiredStatus=desired, **({"nextToken": token} if token else {}))
        ids += [arn.split("/")[-1] for arn in page["taskArns"]]
        token = page.get("nextToken")
        if not token:
            return ids


def check_containers(engine):
    """Each running task has exactly one server, and no container belongs to no task."""
    running = set(task_ids(engine, "RUNNING"))
    known = running | set(task_ids(engine, "STOPPED"))
    servers = collections.Counter(c["labels"].get("berth.task", "").split("/")[-1] for c in engine_containers())
    assert set(servers) == running, f"containers without task: {set(servers) - running}, tasks without container: {running - set(servers)}"
    doubled = {task: count for task, count in servers.items() if count != 1}
    assert not doubled, f"doubled: {doubled}"
    for container in containers(everything=True, **{"berth.engine": ""}):
        task = container["labels"].get("berth.task", "").split("/")[-1]
        assert task in known, f"orphaned container {container['name']} of task {task}"
        assert container["state"] != "running" or task in running, f"{container['name']} runs for the stopped task {task}"


def test(engines):
    engine = Engine("--healthy-after", "1s")
    engines.append(engine)
    with tempfile.TemporaryDirectory() as program:
        with open(os.path.join(program, "main.ecs"), "w", encoding="utf-8") as file:
            file.write(PROGRAM)
        apply = subprocess.Popen([os.path.join(BIN, "berth"), "apply", "--yes", program], stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                 env=clean_environment(BERTH_ENGINE=f"unix://{engine.socket}"))
        try:
            for containers_there in (3, 11):
                wait_until(lambda count=containers_there: len(engine_containers()) >= count, 60, f"{containers_there} containers run", 0.02)
                engine.kill()
                say(f"killed berthd at {len(engine_containers())} of {TASKS} containers")
                begun = time.monotonic()
                engine.start()
                say(f"restarted in {time.monotonic() - begun:.2f} s")
            wait_until(lambda: running_count(engine) == TASKS, 120, f"{TASKS} of {TASKS} tasks run", 0.2)
            say(f"{TASKS} of {TASKS} tasks run")
            code = apply.wait(timeout=120)
            assert code == 0, f"the apply that went through two crashes exited with {code}"
        finally:
            if apply.poll() is None:
                apply.kill()
                apply.wait(timeout=10)
    # A container that was being stopped when the engine died may take a moment to go.
    wait_until(lambda: len(engine_containers()) == TASKS, 30, f"exactly {TASKS} containers")
    time.sleep(2)  # long enough for a doubled one to show
    check_containers(engine)
    assert running_count(engine) == TASKS


require()
main(test)
