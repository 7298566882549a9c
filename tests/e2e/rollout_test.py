"""A rolling update of eight tasks at minimum 100% and maximum 150%, watched all the time: never fewer healthy tasks, never more tasks than promised, also
when berthd is killed in the middle; then a bad image, which goes back with the right events and without touching what runs."""
import collections
import time

from support import Engine, docker, main, require, say, wait_until

TASKS = 8
MOST = 12
IMAGE = "busybox:e2e"
HEALTH = {"command": ["CMD", "test", "-e", "/tmp/ready"], "interval": 5, "timeout": 2, "retries": 3}
SCRIPT = "touch /tmp/ready; trap exit TERM; sleep 1000 & wait"


def register(engine, version, image=IMAGE):
    status, made = engine.call("RegisterTaskDefinition", family="web", containerDefinitions=[
        {"name": "app", "image": image, "memory": 16, "stopTimeout": 5, "command": ["sh", "-c", SCRIPT], "healthCheck": HEALTH,
         "environment": [{"name": "VERSION", "value": version}]}])
    assert status == 200, made
    return made["taskDefinition"]["taskDefinitionArn"]


def service(engine):
    return engine.call("DescribeServices", cluster="main", services=["web"])[1]["services"][0]


def wanted_tasks(engine):
    _, listed = engine.call("ListTasks", cluster="main", serviceName="web", desiredStatus="RUNNING")
    if not listed["taskArns"]:
        return []
    _, found = engine.call("DescribeTasks", cluster="main", tasks=listed["taskArns"])
    return [task for task in found["tasks"] if task["desiredStatus"] == "RUNNING"]


def is_done(engine, definition):
    state = service(engine)
    return len(state["deployments"]) == 1 and state["deployments"][0]["rolloutState"] == "COMPLETED" and state["taskDefinition"] == definition


def watch(engine, definition, crash_at=None):
    """Polls until the rollout is done; kills berthd once so many new tasks are healthy. Counts of (old healthy, new healthy, all), by how often seen."""
    seen = collections.Counter()
    end = time.monotonic() + 150
    while time.monotonic() < end:
        tasks = wanted_tasks(engine)
        healthy = collections.Counter(task["taskDefinitionArn"] == definition for task in tasks
                                      if task["lastStatus"] == "RUNNING" and task["healthStatus"] == "HEALTHY")
        seen[healthy[False], healthy[True], len(tasks)] += 1
        # What Docker says: a container outlives the decision to stop it.
        containers = len(docker("ps", "-q", "--filter", "label=berth.container=app", "--filter", "health=healthy").stdout.split())
        assert healthy[False] + healthy[True] >= TASKS, f"{healthy} of {len(tasks)} tasks are healthy: {sorted(seen)}"
        assert len(tasks) <= MOST, f"{len(tasks)} tasks are wanted: {sorted(seen)}"
        assert containers >= TASKS, f"{containers} containers are healthy: {sorted(seen)}"
        if crash_at is not None and healthy[True] >= crash_at and healthy[False] > 0:
            engine.kill()
            engine.start()
            say(f"killed berthd with {healthy[False]} old and {healthy[True]} new healthy tasks")
            crash_at = None
        if is_done(engine, definition):
            assert crash_at is None, "the rollout was not over before berthd could be killed"
            return seen
        time.sleep(0.05)
    raise AssertionError(f"the rollout does not end: {sorted(seen)}")


def roll(engine, version, crash_at=None):
    definition = register(engine, version)
    begun = time.monotonic()
    status, answer = engine.call("UpdateService", cluster="main", service="web", taskDefinition=definition)
    assert status == 200, answer
    seen = watch(engine, definition, crash_at)
    assert max(total for _, _, total in seen) > TASKS, f"new tasks start before old ones stop: {sorted(seen)}"
    # The last old containers take a moment to go.
    wait_until(lambda: len(docker("ps", "-q", "--filter", "label=berth.container=app").stdout.split()) == TASKS, 30, f"exactly {TASKS} containers")
    say(f"rollout of {version}: {time.monotonic() - begun:.1f} s, {sum(seen.values())} samples, {len(seen)} states (old healthy, new healthy, all): "
        + " ".join(f"{old}+{new}/{total}" for old, new, total in sorted(seen, key=lambda s: (s[1], -s[0], s[2]))))
    return definition


def bad_image(engine, good):
    before = {task["taskArn"] for task in wanted_tasks(engine)}
    bad = register(engine, "bad", "127.0.0.1:1/nothing/here:1")
    engine.call("UpdateService", cluster="main", service="web", taskDefinition=bad)
    wait_until(lambda: service(engine)["taskDefinition"] == bad, 5, "the bad deployment begins")
    wait_until(lambda: is_done(engine, good), 90, "the service is back at the good revision", 0.3)
    assert {task["taskArn"] for task in wanted_tasks(engine)} == before, "the good tasks were not touched"
    messages = [event["message"] for event in service(engine)["events"]]
    failed = next(i for i, message in enumerate(messages) if "deployment failed" in message)
    back = next(i for i, message in enumerate(messages) if "rolling back to" in message)
    assert back <= failed, f"first it failed, then it went back: {messages[:10]}"
    _, listed = engine.call("ListTasks", cluster="main", serviceName="web", desiredStatus="STOPPED")
    _, stopped = engine.call("DescribeTasks", cluster="main", tasks=listed["taskArns"][:100])
    reasons = {task["stoppedReason"].split(":")[0] for task in stopped["tasks"] if task["taskDefinitionArn"] == bad and task["stopCode"] == "TaskFailedToStart"}
    assert reasons == {"CannotPullContainerError"}, reasons
    say("a bad image goes back, with events and reasons")


def test(engines):
    engine = Engine()
    engines.append(engine)
    engine.call("CreateCluster", clusterName="main")
    first = register(engine, "one")
    status, answer = engine.call("CreateService", cluster="main", serviceName="web", taskDefinition=first, desiredCount=TASKS, deploymentConfiguration={
        "minimumHealthyPercent": 100, "maximumPercent": 150,
        "deploymentCircuitBreaker": {"enable": True, "rollback": True, "thresholdConfiguration": {"type": "COUNT", "value": 3}}})
    assert status == 200, answer
    wait_until(lambda: is_done(engine, first), 90, "the service is complete", 0.2)
    say("the service is complete")
    roll(engine, "two")
    third = roll(engine, "three", crash_at=2)
    bad_image(engine, third)


require(images=[IMAGE])
main(test)
