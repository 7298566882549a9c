"""What Docker does to a service: its container is killed ten times in a row, dockerd hangs, dockerd is restarted. The engine answers all the time, ends
when it is told to, and the service comes back each time."""
import os
import signal
import time

from support import DOCKER_HOST, Engine, docker, engine_containers, main, require, say, wait_until

ROUNDS = 10


def dockerd():
    """The process id of the private Docker Engine; its pid file lies beside its socket."""
    with open(os.path.join(os.path.dirname(DOCKER_HOST.removeprefix("unix://")), "docker.pid"), encoding="ascii") as file:
        return int(file.read())


def counts(engine):
    service = engine.call("DescribeServices", cluster="main", services=["web"])[1]["services"][0]
    return service["runningCount"], service["pendingCount"]


def answers_quickly(engine):
    begun = time.monotonic()
    status, _ = engine.call("ListServices", cluster="main")
    took = time.monotonic() - begun
    assert status == 200 and took < 2, f"status {status} after {took:.1f} s"
    return took


def is_up():
    return docker("version", check=False, timeout=5).returncode == 0


def killed_again_and_again(engine):
    """Each time the newest container: the one that was started for the last."""
    known = {c["id"] for c in engine_containers()}
    victim = sorted(known)[0]
    for _ in range(ROUNDS):
        docker("kill", victim)
        fresh = wait_until(lambda: {c["id"] for c in engine_containers()} - known, 30, "a replacement runs", 0.05)
        assert len(fresh) == 1, f"{len(fresh)} replacements for one container"
        known |= fresh
        victim = fresh.pop()
    wait_until(lambda: counts(engine) == (2, 0), 20, "two tasks run")
    stopped = engine.call("ListTasks", cluster="main", serviceName="web", desiredStatus="STOPPED")[1]["taskArns"]
    assert len(stopped) == ROUNDS, f"{len(stopped)} tasks stopped"
    say(f"a container killed {ROUNDS} times in a row was replaced each time")


def hangs(engine):
    process = dockerd()
    victim = engine_containers()[0]
    os.kill(process, signal.SIGSTOP)
    try:
        slowest = 0.0
        # A task that waits for a runtime that says nothing, and long enough for more than one look at it.
        engine.call("UpdateService", cluster="main", service="web", desiredCount=3)
        for _ in range(40):
            slowest = max(slowest, answers_quickly(engine))
            time.sleep(0.1)
    finally:
        os.kill(process, signal.SIGCONT)
    wait_until(lambda: counts(engine) == (3, 0), 60, "three tasks run")
    assert victim["id"] in {c["id"] for c in engine_containers()}, "nothing was lost by it"
    say(f"a dockerd that hangs holds up nobody; the slowest answer took {slowest:.2f} s")


def starts_on_a_hanging_docker(engine):
    """Killed while dockerd hangs: as soon as that answers, the new engine takes everything over."""
    process = dockerd()
    before = {c["id"] for c in engine_containers()}
    os.kill(process, signal.SIGSTOP)
    engine.kill()
    os.kill(process, signal.SIGCONT)
    engine.start()
    wait_until(lambda: counts(engine) == (3, 0), 60, "three tasks run")
    assert {c["id"] for c in engine_containers()} == before, "the containers were taken over"


def ends_on_a_hanging_docker(engine):
    """Told to end while calls to dockerd wait for an answer, the engine does not wait with them."""
    process = dockerd()
    os.kill(process, signal.SIGSTOP)
    try:
        engine.call("UpdateService", cluster="main", service="web", desiredCount=4)
        # Time for the calls to be made that will not be answered.
        time.sleep(1)
        begun = time.monotonic()
        engine.process.terminate()
        code = engine.process.wait(timeout=8)
        took = time.monotonic() - begun
        assert code == 0, f"berthd ended with {code}"
    finally:
        os.kill(process, signal.SIGCONT)
    engine.start()
    wait_until(lambda: counts(engine) == (4, 0), 60, "the task that was asked for meanwhile runs")
    engine.call("UpdateService", cluster="main", service="web", desiredCount=3)
    wait_until(lambda: counts(engine) == (3, 0) and len(engine_containers()) == 3, 60, "three tasks run again")
    say(f"told to end while dockerd hangs, the engine ended within {took:.1f} s")


def restarts(engine):
    process = dockerd()
    before = {c["id"] for c in engine_containers()}
    os.kill(process, signal.SIGTERM)
    wait_until(lambda: not is_up(), 30, "dockerd is down")
    answers_quickly(engine)
    wait_until(lambda: is_up() and dockerd() != process, 60, "dockerd is back")
    wait_until(lambda: counts(engine) == (3, 0) and len(engine_containers()) == 3, 90, "three tasks run, each with one container", 0.3)
    after = {c["id"] for c in engine_containers()}
    say(f"a restart of dockerd: {len(after - before)} of 3 containers are new, and the service is complete")


def test(engines):
    engine = Engine("--healthy-after", "1s")
    engines.append(engine)
    engine.call("CreateCluster", clusterName="main")
    engine.call("RegisterTaskDefinition", family="web", containerDefinitions=[
        {"name": "server", "image": "berth-hello:1", "memory": 16, "stopTimeout": 2, "portMappings": [{"containerPort": 8080}]}])
    engine.call("CreateService", cluster="main", serviceName="web", taskDefinition="web", desiredCount=2)
    wait_until(lambda: counts(engine) == (2, 0), 60, "two tasks run")
    killed_again_and_again(engine)
    if not os.path.exists(os.path.join(os.path.dirname(DOCKER_HOST.removeprefix("unix://")), "supervised")):
        say("left out: this Docker Engine is not ours to stop (tools/private_dockerd COMMAND starts one that is)")
        return
    hangs(engine)
    starts_on_a_hanging_docker(engine)
    ends_on_a_hanging_docker(engine)
    restarts(engine)


require()
main(test)
