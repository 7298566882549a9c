"""`docker kill` of a service's container: a replacement runs soon. The time is measured and printed."""
import statistics
import time

from support import HELLO_IMAGE, Engine, docker, engine_containers, main, require, say, wait_until

ROUNDS = 5
LONGEST = 10.0  # seconds; the usual time is printed


def replacement_time(engine):
    before = {c["id"] for c in engine_containers()}
    victim = sorted(before)[0]
    begun = time.monotonic()
    docker("kill", victim)

    def replaced():
        now = {c["id"] for c in engine_containers()}
        return victim not in now and len(now) == len(before) and now - before

    wait_until(replaced, LONGEST, "a replacement runs", 0.02)
    took = time.monotonic() - begun
    wait_until(lambda: counts(engine) == (2, 2), LONGEST, "the service counts two running tasks")
    return took


def counts(engine):
    _, found = engine.call("DescribeServices", cluster="e2e", services=["web"])
    service = found["services"][0]
    return service["runningCount"], service["desiredCount"]


def test(engines):
    engine = Engine()
    engines.append(engine)
    engine.call("CreateCluster", clusterName="e2e")
    engine.call("RegisterTaskDefinition", family="web", networkMode="bridge", containerDefinitions=[
        {"name": "server", "image": HELLO_IMAGE, "memory": 32, "portMappings": [{"containerPort": 8080}]}])
    status, answer = engine.call("CreateService", cluster="e2e", serviceName="web", taskDefinition="web", desiredCount=2)
    assert status == 200, answer
    wait_until(lambda: counts(engine) == (2, 2), 60, "two running tasks")

    times = [replacement_time(engine) for _ in range(ROUNDS)]
    say(f"docker kill -> replacement running: median {statistics.median(times):.2f} s, "
        f"from {min(times):.2f} to {max(times):.2f} s ({ROUNDS} rounds)")

    _, found = engine.call("ListTasks", cluster="e2e", desiredStatus="STOPPED")
    _, stopped = engine.call("DescribeTasks", cluster="e2e", tasks=found["taskArns"])
    codes = [container.get("exitCode") for task in stopped["tasks"] for container in task["containers"]]
    assert codes == [137] * ROUNDS, f"exit codes of the killed containers: {codes}"


require()
main(test)
