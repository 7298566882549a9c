"""The AWS CLI works against the engine: clusters, task definitions, services, tasks and the waiters, on real containers."""
import json

from support import HELLO_IMAGE, Engine, engine_containers, http_get, main, require, say, wait_until

CONTAINERS = [{
    "name": "server", "image": HELLO_IMAGE, "memory": 32, "essential": True, "stopTimeout": 5,
    "portMappings": [{"containerPort": 8080, "hostPort": 0}],
    "healthCheck": {"command": ["CMD", "/server", "--health"], "interval": 5, "timeout": 2, "retries": 3},
}]


def expect(value, wanted, what):
    if value != wanted:
        raise AssertionError(f"{what}: {value!r}, wanted {wanted!r}")


def register(aws, family, greeting):
    definition = [{**CONTAINERS[0], "environment": [{"name": "GREETING", "value": greeting}]}]
    return aws("ecs", "register-task-definition", "--family", family, "--network-mode", "bridge", "--requires-compatibilities", "EC2",
               "--container-definitions", json.dumps(definition))["taskDefinition"]


def service_tasks(aws):
    arns = aws("ecs", "list-tasks", "--cluster", "e2e", "--service-name", "web")["taskArns"]
    return aws("ecs", "describe-tasks", "--cluster", "e2e", "--tasks", *arns)["tasks"]


def rollout_state(aws):
    return aws("ecs", "describe-services", "--cluster", "e2e", "--services", "web")["services"][0]["deployments"][0]["rolloutState"]


def answers_of(tasks):
    ports = [binding["hostPort"] for task in tasks for container in task["containers"] for binding in container["networkBindings"]]
    return [http_get(f"http://127.0.0.1:{port}/") for port in ports]


def clusters_and_definitions(aws):
    expect(aws("ecs", "create-cluster", "--cluster-name", "e2e", "--tags", "key=team,value=one")["cluster"]["status"], "ACTIVE", "create-cluster")
    arns = aws("ecs", "list-clusters")["clusterArns"]
    expect([arn.split("/")[-1] for arn in arns], ["e2e"], "list-clusters")
    described = aws("ecs", "describe-clusters", "--clusters", "e2e", "nowhere", "--include", "TAGS")
    expect(described["clusters"][0]["tags"], [{"key": "team", "value": "one"}], "tags of the cluster")
    expect([failure["reason"] for failure in described["failures"]], ["MISSING"], "failures of describe-clusters")
    first = register(aws, "web", "one")
    expect((first["family"], first["revision"], first["status"]), ("web", 1, "ACTIVE"), "register-task-definition")
    expect(register(aws, "web", "two")["revision"], 2, "second revision")
    say("clusters and task definitions")


def services(aws):
    created = aws("ecs", "create-service", "--cluster", "e2e", "--service-name", "web", "--task-definition", "web:1", "--desired-count", "2")
    expect(created["service"]["status"], "ACTIVE", "create-service")
    aws("ecs", "wait", "services-stable", "--cluster", "e2e", "--services", "web")
    say("waited for services-stable")
    expect(len(aws("ecs", "list-services", "--cluster", "e2e")["serviceArns"]), 1, "list-services")
    service = aws("ecs", "describe-services", "--cluster", "e2e", "--services", "web")["services"][0]
    expect((service["runningCount"], service["desiredCount"], len(service["deployments"])), (2, 2, 1), "describe-services")
    # The waiter is content with the counts; the rollout also wants the health checks.
    wait_until(lambda: rollout_state(aws) == "COMPLETED", 60, "the rollout is completed", 1)
    tasks = service_tasks(aws)
    expect([task["lastStatus"] for task in tasks], ["RUNNING", "RUNNING"], "describe-tasks")
    expect(sum("one, version" in answer for answer in answers_of(tasks)), 2, "answers of the first revision")
    expect(len(engine_containers()), 2, "containers")

    aws("ecs", "update-service", "--cluster", "e2e", "--service", "web", "--task-definition", "web:2", "--desired-count", "3")
    aws("ecs", "wait", "services-stable", "--cluster", "e2e", "--services", "web")
    say("updated")
    tasks = service_tasks(aws)
    expect(sum("two, version" in answer for answer in answers_of(tasks)), 3, "answers of the second revision")
    expect({task["taskDefinitionArn"].split("/")[-1] for task in tasks}, {"web:2"}, "revision of the tasks")
    wait_until(lambda: len(engine_containers()) == 3, 20, "the old containers are gone")


def single_tasks(aws):
    ran = aws("ecs", "run-task", "--cluster", "e2e", "--task-definition", "web:1", "--count", "1", "--started-by", "e2e")
    arn = ran["tasks"][0]["taskArn"]
    aws("ecs", "wait", "tasks-running", "--cluster", "e2e", "--tasks", arn)
    listed = aws("ecs", "list-tasks", "--cluster", "e2e", "--started-by", "e2e")["taskArns"]
    expect(listed, [arn], "list-tasks by who started them")
    stopped = aws("ecs", "stop-task", "--cluster", "e2e", "--task", arn, "--reason", "enough")["task"]
    expect(stopped["desiredStatus"], "STOPPED", "stop-task")
    aws("ecs", "wait", "tasks-stopped", "--cluster", "e2e", "--tasks", arn)
    task = aws("ecs", "describe-tasks", "--cluster", "e2e", "--tasks", arn)["tasks"][0]
    expect((task["stopCode"], task["stoppedReason"]), ("UserInitiated", "enough"), "why the task stopped")
    say("ran and stopped a task")


def removal(aws):
    aws("ecs", "delete-service", "--cluster", "e2e", "--service", "web", "--force")
    aws("ecs", "wait", "services-inactive", "--cluster", "e2e", "--services", "web")
    wait_until(lambda: not engine_containers(), 30, "no container is left")
    for revision in ("web:1", "web:2"):
        expect(aws("ecs", "deregister-task-definition", "--task-definition", revision)["taskDefinition"]["status"], "INACTIVE", revision)
    wait_until(lambda: aws("ecs", "delete-cluster", "--cluster", "e2e", check=False).returncode == 0, 30, "the cluster can be deleted", 1)
    expect(aws("ecs", "list-clusters")["clusterArns"], [], "clusters that are left")


def errors(aws):
    for wanted, arguments in {
        "ClusterNotFoundException": ["describe-services", "--cluster", "nowhere", "--services", "x"],
        "ServiceNotFoundException": ["update-service", "--cluster", "e2e", "--service", "nothing", "--desired-count", "1"],
        "InvalidParameterException": ["stop-task", "--cluster", "e2e", "--task", "0" * 32],
        "ClientException": ["describe-task-definition", "--task-definition", "nothing:1"],
    }.items():
        done = aws("ecs", *arguments, check=False)
        if done.returncode == 0 or wanted not in done.stderr:
            raise AssertionError(f"{arguments[0]}: wanted {wanted}, got {done.returncode} {done.stdout} {done.stderr}")
    say("errors have their names")


def test(engines):
    engine = Engine()
    engines.append(engine)
    clusters_and_definitions(engine.aws)
    errors(engine.aws)
    services(engine.aws)
    single_tasks(engine.aws)
    removal(engine.aws)


require(aws=True)
main(test)
