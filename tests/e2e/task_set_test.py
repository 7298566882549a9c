"""The AWS CLI deploys by itself: two task sets of a service with the controller EXTERNAL, traffic's worth of tasks moved from one to the other, on real
containers, as CodeDeploy and its like do it."""
import json

from support import HELLO_IMAGE, Engine, engine_containers, http_get, main, require, say, wait_until


def register(aws, greeting):
    containers = [{"name": "server", "image": HELLO_IMAGE, "memory": 16, "stopTimeout": 2, "portMappings": [{"containerPort": 8080, "hostPort": 0}],
                   "environment": [{"name": "GREETING", "value": greeting}]}]
    made = aws("ecs", "register-task-definition", "--family", "web", "--container-definitions", json.dumps(containers))
    return made["taskDefinition"]["taskDefinitionArn"]


class TaskSets:
    """The task sets of the service `web`."""

    def __init__(self, aws):
        self.aws = aws

    def call(self, operation, *arguments):
        return self.aws("ecs", operation, "--cluster", "main", "--service", "web", *arguments)

    def create(self, definition, scale):
        return self.call("create-task-set", "--task-definition", definition, "--scale", f"value={scale},unit=PERCENT")["taskSet"]["taskSetArn"]

    def scale(self, task_set, value):
        self.call("update-task-set", "--task-set", task_set, "--scale", f"value={value},unit=PERCENT")

    def shown(self):
        """ARN: (status, stability, running)."""
        return {one["taskSetArn"]: (one["status"], one["stabilityStatus"], one["runningCount"]) for one in self.call("describe-task-sets")["taskSets"]}

    def wait(self, wanted):
        wait_until(lambda: self.shown() == wanted, 60, f"the task sets are {wanted}", 0.5)


def answers(engine):
    """How many tasks greet in which words."""
    arns = engine.call("ListTasks", cluster="main", serviceName="web")[1]["taskArns"]
    tasks = engine.call("DescribeTasks", cluster="main", tasks=arns)[1]["tasks"] if arns else []
    ports = [binding["hostPort"] for task in tasks for container in task["containers"] for binding in container["networkBindings"]]
    said = sorted(http_get(f"http://127.0.0.1:{port}/").split(",")[0].split()[-1] for port in ports)
    return {word: said.count(word) for word in said}


def expect(value, wanted, what):
    assert value == wanted, f"{what}: {value!r}, wanted {wanted!r}"


def test(engines):
    engine = Engine("--healthy-after", "1s")
    engines.append(engine)
    aws = engine.aws
    aws("ecs", "create-cluster", "--cluster-name", "main")
    aws("ecs", "create-service", "--cluster", "main", "--service-name", "web", "--desired-count", "4", "--deployment-controller", "type=EXTERNAL")
    sets = TaskSets(aws)
    blue = sets.create(register(aws, "blue"), 100)
    sets.call("update-service-primary-task-set", "--primary-task-set", blue)
    sets.wait({blue: ("PRIMARY", "STEADY_STATE", 4)})
    expect(answers(engine), {"blue": 4}, "answers of the first task set")
    say("the first task set is steady")

    green = sets.create(register(aws, "green"), 50)
    sets.wait({blue: ("PRIMARY", "STEADY_STATE", 4), green: ("ACTIVE", "STEADY_STATE", 2)})
    expect(answers(engine), {"blue": 4, "green": 2}, "answers beside each other")
    engine.kill()
    engine.start()
    sets.scale(green, 100)
    sets.wait({blue: ("PRIMARY", "STEADY_STATE", 4), green: ("ACTIVE", "STEADY_STATE", 4)})
    say("the second one stands beside it, and the engine was killed in between")

    sets.call("update-service-primary-task-set", "--primary-task-set", green)
    sets.call("delete-task-set", "--task-set", blue, "--force")
    sets.wait({green: ("PRIMARY", "STEADY_STATE", 4)})
    expect(answers(engine), {"green": 4}, "answers after the move")
    wait_until(lambda: len(engine_containers()) == 4, 20, "the containers of the first are gone")
    service = aws("ecs", "describe-services", "--cluster", "main", "--services", "web")["services"][0]
    expect((service["runningCount"], service["pendingCount"], len(service["taskSets"])), (4, 0, 1), "the service")
    aws("ecs", "delete-service", "--cluster", "main", "--service", "web", "--force")
    wait_until(lambda: not engine_containers(), 30, "no container is left")


require(aws=True)
main(test)
