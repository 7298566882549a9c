"""The answer of every operation is as the service model of the AWS SDK says: no member that it lacks, each of its type, what is required there."""
import json
import sys
import unittest

import fidelity
from engine import ECS, PREFIXES, Stage, skip

try:
    import botocore
    import botocore.loaders
except ImportError:
    skip("botocore (python3-boto3) is not installed")

SERVICES = {ECS: "ecs", "Logs_20140328": "logs"}
# What the API reference has and the installed model may lack: the oldest model that is known to have it. Of an older one it is not asked.
NEWEST_NEEDED = "ListServiceDeployments"
TYPES = {"string": str, "integer": int, "long": int, "boolean": bool, "timestamp": (int, float), "double": (int, float), "float": (int, float)}


def faults(model, shape_name, value, path):
    """What is wrong with `value` as a shape of the model."""
    shape = model["shapes"][shape_name]
    kind = shape["type"]
    if kind == "structure":
        if not isinstance(value, dict):
            return [f"{path} is no object"]
        members = shape.get("members", {})
        found = [f"{path}.{name} is not in the model" for name in value if name not in members]
        found += [f"{path}.{name} is required" for name in shape.get("required", []) if name not in value]
        for name in value:
            if name in members:
                found += faults(model, members[name]["shape"], value[name], f"{path}.{name}")
        return found
    if kind == "list":
        if not isinstance(value, list):
            return [f"{path} is no list"]
        return [fault for index, item in enumerate(value) for fault in faults(model, shape["member"]["shape"], item, f"{path}[{index}]")]
    if kind == "map":
        return [fault for key, item in value.items() for fault in faults(model, shape["value"]["shape"], item, f"{path}.{key}")]
    wrong_type = not isinstance(value, TYPES[kind]) or (isinstance(value, bool) and kind != "boolean")
    if wrong_type:
        return [f"{path} is {value!r}, not of type {kind}"]
    if "enum" in shape and value not in shape["enum"]:
        return [f"{path} is {value!r}, not one of {shape['enum']}"]
    return []


class Shapes(unittest.TestCase):
    def test_answers_are_as_the_model_says(self):
        loader = botocore.loaders.create_loader()
        models = {service: loader.load_service_model(service, "service-2") for service in SERVICES.values()}
        if NEWEST_NEEDED not in models["ecs"]["operations"]:
            self.skipTest(f"botocore {botocore.__version__} is older than the operations here")
        found = {}
        seen = set()

        def look(operation, answer):
            service = SERVICES.get(PREFIXES.get(operation, ECS))
            if service is None:
                return
            seen.add(operation)
            model = models[service]
            output = model["operations"][operation].get("output")
            for fault in faults(model, output["shape"], answer, operation) if output else []:
                found.setdefault(fault, json.dumps(answer)[:300])

        stage = Stage(look)
        try:
            implemented = [name for service in fidelity.load()[0]["operations"] for name in service["implemented"]]
            for operation in implemented:
                stage.engine.call(operation, stage.example(operation))
            # What stops, fails and is missing has members of its own.
            call = stage.engine.call
            bad = {"family": "bad", "containerDefinitions": [{"name": "app", "image": "fake/exit-3_says-oh", "memory": 32, "healthCheck": {"command": ["CMD", "x"]},
                                                              "portMappings": [{"containerPort": 80}]}]}
            call("RegisterTaskDefinition", bad)
            task = call("RunTask", {"cluster": "main", "taskDefinition": "bad", "tags": [{"key": "a", "value": "b"}]})["tasks"][0]["taskArn"]
            stage.engine.until(lambda: call("DescribeTasks", {"cluster": "main", "tasks": [task], "include": ["TAGS"]})["tasks"][0]["lastStatus"] == "STOPPED",
                               "the task has ended")
            network = {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}
            call("RunTask", {"cluster": "main", "taskDefinition": "fargate", "launchType": "FARGATE", "networkConfiguration": network})
            call("CreateService", {"cluster": "main", "serviceName": "spot", "taskDefinition": "fargate", "desiredCount": 1, "networkConfiguration": network,
                                   "capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
                                   "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}})
            call("CreateService", {"cluster": "main", "serviceName": "each", "taskDefinition": "web", "schedulingStrategy": "DAEMON"})
            stage.engine.until(lambda: call("DescribeServices", {"cluster": "main", "services": ["spot"]})["services"][0]["runningCount"] == 1, "a task runs")
            for operation, nowhere in {"DescribeServices": {"services": ["spot", "each", "no"]}, "DescribeTasks": {"tasks": ["0" * 32]},
                                       "DescribeContainerInstances": {"containerInstances": ["0" * 32]},
                                       "RunTask": {"taskDefinition": "web", "placementConstraints": [{"type": "memberOf", "expression": "attribute:no exists"}]}}.items():
                call(operation, {"cluster": "main", **nowhere})
            call("DescribeClusters", {"clusters": ["no"]})
            call("DescribeTasks", {"cluster": "main", "tasks": call("ListTasks", {"cluster": "main"})["taskArns"]})
        finally:
            stage.close()
        wanted = {name for name in implemented if PREFIXES.get(name, ECS) in SERVICES}
        self.assertEqual(wanted - seen, set(), "operations whose answers were not seen")
        self.assertEqual([f"{fault}   in {answer}" for fault, answer in sorted(found.items())], [])


if __name__ == "__main__":
    sys.exit(unittest.main())
