"""A berthd of its own on fake containers, spoken to over its unix socket, and a request that works for every operation."""
import copy
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BERTHD = os.environ.get("BERTHD", str(ROOT / "build" / "dev" / "berthd"))
PREFIXES = {"DescribeLogGroups": "Logs_20140328", "DescribeLogStreams": "Logs_20140328", "GetLogEvents": "Logs_20140328", "FilterLogEvents": "Logs_20140328",
            "EngineStatus": "Berth_20261122", "TaskLogs": "Berth_20261122", "AddContainerInstance": "Berth_20261122", "ExplainPlacement": "Berth_20261122"}
ECS = "AmazonEC2ContainerServiceV20141113"


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(30)
        self.sock.connect(self.path)


class Refused(Exception):
    def __init__(self, operation, status, body):
        super().__init__(f"{operation}: HTTP {status} {body}")
        self.code = body.get("__type", "")
        self.status = status
        self.message = body.get("message", "")


class Engine:
    """Ends with `close`. `seen(operation, response)` is called for each answer that is no refusal."""

    def __init__(self, seen=lambda operation, response: None, options=()):
        self.directory = tempfile.mkdtemp(prefix="berth-api-")
        self.socket = os.path.join(self.directory, "s")
        self.seen = seen
        with open(os.path.join(self.directory, "log"), "w", encoding="utf-8") as log:
            self.process = subprocess.Popen([BERTHD, "--data-dir", os.path.join(self.directory, "d"), "--socket", self.socket, "--driver", "fake",
                                             "--healthy-after", "0", *options], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.until(lambda: os.path.exists(self.socket), "berthd answers")

    def until(self, holds, what, seconds=60):
        end = time.monotonic() + seconds
        while True:
            found = holds()
            if found:
                return found
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"not true: {what}\n{Path(self.directory, 'log').read_text(encoding='utf-8')[-2000:]}")
            time.sleep(0.02)

    def call(self, operation, body):
        connection = UnixConnection(self.socket)
        try:
            connection.request("POST", "/", json.dumps(body), {"Content-Type": "application/x-amz-json-1.1",
                                                               "X-Amz-Target": f"{PREFIXES.get(operation, ECS)}.{operation}"})
            answer = connection.getresponse()
            text = json.loads(answer.read() or b"{}")
        finally:
            connection.close()
        if answer.status != 200:
            raise Refused(operation, answer.status, text)
        self.seen(operation, text)
        return text

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=20)
        shutil.rmtree(self.directory, ignore_errors=True)


def merged(base, part):
    """`part` merged into `base`; an object merges into every object of a list."""
    if isinstance(base, dict) and isinstance(part, dict):
        result = dict(base)
        for key, value in part.items():
            result[key] = merged(base[key], value) if key in base else value
        return result
    if isinstance(base, list) and isinstance(part, dict):
        return [merged(item, part) for item in base]
    return part


DEFINITION = {"family": "web", "containerDefinitions": [{"name": "app", "image": "fake/app", "memory": 64}]}
FARGATE = {"networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512"}


class Stage:
    """An engine with one of everything, and for each operation a request that it answers with success."""

    def __init__(self, seen=lambda operation, response: None):
        self.engine = Engine(seen)
        self.count = 0
        call = self.engine.call
        call("CreateCluster", {"clusterName": "main", "capacityProviders": ["FARGATE", "FARGATE_SPOT"], "tags": [{"key": "a", "value": "b"}]})
        call("RegisterTaskDefinition", DEFINITION)
        call("RegisterTaskDefinition", {**DEFINITION, "family": "vpc", "networkMode": "awsvpc"})
        call("RegisterTaskDefinition", {**DEFINITION, **FARGATE, "family": "fargate"})
        self.instance = call("AddContainerInstance", {"cluster": "main", "cpu": 4096, "memory": 8192})["containerInstance"]["containerInstanceArn"]
        self.service = self.a_service()
        self.engine.until(self.is_steady, "the service is steady")
        self.task = call("ListTasks", {"cluster": "main", "serviceName": self.service})["taskArns"][0]

    def is_steady(self):
        service = self.engine.call("DescribeServices", {"cluster": "main", "services": [self.service]})["services"][0]
        return service["deployments"][0]["rolloutState"] == "COMPLETED" and service["runningCount"] == 1

    def name(self, prefix="n"):
        self.count += 1
        return f"{prefix}{self.count}"

    def a_service(self, **more):
        return self.engine.call("CreateService", {"cluster": "main", "serviceName": self.name("s"), "taskDefinition": "web", "desiredCount": 1, **more})[
            "service"]["serviceName"]

    def a_provider(self):
        name = self.name("p")
        self.engine.call("CreateCapacityProvider", self.example("CreateCapacityProvider") | {"name": name})
        return name

    def deployment(self, service):
        return self.engine.call("ListServiceDeployments", {"cluster": "main", "service": service})["serviceDeployments"][0]

    def two_deployments(self):
        """A service whose second deployment is on its way, and can be stopped."""
        service = self.a_service()
        self.engine.until(lambda: self.engine.call("DescribeServices", {"cluster": "main", "services": [service]})["services"][0]["deployments"][0][
            "rolloutState"] == "COMPLETED", "the first deployment is complete")
        slow = {**DEFINITION, "family": "slow", "containerDefinitions": [{"name": "app", "image": "fake/start-5m", "memory": 64}]}
        definition = self.engine.call("RegisterTaskDefinition", slow)["taskDefinition"]["taskDefinitionArn"]
        self.engine.call("UpdateService", {"cluster": "main", "service": service, "taskDefinition": definition})
        return self.deployment(service)["serviceDeploymentArn"]

    def example(self, operation):
        """A request that works; made anew each time, for what can be done once."""
        main = {"cluster": "main"}
        service_arn = f"arn:aws:ecs:us-east-1:000000000000:service/main/{self.service}"
        group = "/berth/main/web"
        attribute = {"name": "stack", "value": "prod", "targetId": self.instance}
        arn = self.engine.call("DescribeServices", {"cluster": "main", "services": [self.service]})["services"][0]["serviceArn"] if hasattr(self, "service") \
            else service_arn
        examples = {
            "CreateCluster": lambda: {"clusterName": self.name("c")},
            "DescribeClusters": lambda: {"clusters": ["main"], "include": ["ATTACHMENTS", "CONFIGURATIONS", "SETTINGS", "STATISTICS", "TAGS"]},
            "ListClusters": lambda: {},
            "DeleteCluster": lambda: {"cluster": self.engine.call("CreateCluster", {"clusterName": self.name("c")})["cluster"]["clusterName"]},
            "UpdateCluster": lambda: dict(main),
            "UpdateClusterSettings": lambda: main | {"settings": [{"name": "containerInsights", "value": "disabled"}]},
            "CreateCapacityProvider": lambda: {"name": self.name("p"), "autoScalingGroupProvider": {
                "autoScalingGroupArn": "arn:aws:autoscaling:us-east-1:000000000000:autoScalingGroup:x:autoScalingGroupName/g"}},
            "UpdateCapacityProvider": lambda: {"name": self.a_provider(), "autoScalingGroupProvider": {"managedDraining": "DISABLED"}},
            "DeleteCapacityProvider": lambda: {"capacityProvider": self.a_provider()},
            "DescribeCapacityProviders": lambda: {"include": ["TAGS"]},
            "PutClusterCapacityProviders": lambda: main | {"capacityProviders": ["FARGATE", "FARGATE_SPOT"], "defaultCapacityProviderStrategy": []},
            "PutAccountSetting": lambda: {"name": "containerInsights", "value": "enabled"},
            "PutAccountSettingDefault": lambda: {"name": "containerInsights", "value": "disabled"},
            "DeleteAccountSetting": lambda: {"name": "containerInsights"},
            "ListAccountSettings": lambda: {"effectiveSettings": True},
            "RegisterTaskDefinition": lambda: copy.deepcopy(DEFINITION) | {"family": self.name("f"), "tags": [{"key": "a", "value": "b"}]},
            "DescribeTaskDefinition": lambda: {"taskDefinition": "web", "include": ["TAGS"]},
            "ListTaskDefinitions": lambda: {},
            "ListTaskDefinitionFamilies": lambda: {},
            "DeregisterTaskDefinition": lambda: {"taskDefinition": self.a_definition()},
            "DeleteTaskDefinitions": lambda: {"taskDefinitions": [self.a_definition(deregistered=True)]},
            "CreateService": lambda: main | {"serviceName": self.name("s"), "taskDefinition": "web", "desiredCount": 0},
            "UpdateService": lambda: main | {"service": self.a_service(desiredCount=0)},
            "DescribeServices": lambda: main | {"services": [self.service], "include": ["TAGS"]},
            "ListServices": lambda: dict(main),
            "DeleteService": lambda: main | {"service": self.a_service(), "force": True},
            "ListServiceDeployments": lambda: main | {"service": self.service},
            "DescribeServiceDeployments": lambda: {"serviceDeploymentArns": [self.deployment(self.service)["serviceDeploymentArn"]]},
            "DescribeServiceRevisions": lambda: {"serviceRevisionArns": [self.deployment(self.service)["targetServiceRevisionArn"]]},
            "StopServiceDeployment": lambda: {"serviceDeploymentArn": self.two_deployments()},
            "CreateTaskSet": lambda: main | {"service": self.an_external_service(), "taskDefinition": "web", "tags": [{"key": "a", "value": "b"}]},
            "DescribeTaskSets": lambda: self.a_task_set(name="taskSets", wrap=lambda arn: [arn]) | {"include": ["TAGS"]},
            "UpdateTaskSet": lambda: self.a_task_set() | {"scale": {"value": 12.5, "unit": "PERCENT"}},
            "UpdateServicePrimaryTaskSet": lambda: self.a_task_set(name="primaryTaskSet"),
            "DeleteTaskSet": lambda: self.a_task_set() | {"force": True},
            "RunTask": lambda: main | {"taskDefinition": "web"},
            "StartTask": lambda: main | {"taskDefinition": "web", "containerInstances": [self.instance]},
            "StopTask": lambda: main | {"task": self.engine.call("RunTask", main | {"taskDefinition": "web"})["tasks"][0]["taskArn"]},
            "DescribeTasks": lambda: main | {"tasks": [self.task], "include": ["TAGS"]},
            "ListTasks": lambda: dict(main),
            "GetTaskProtection": lambda: main | {"tasks": [self.task]},
            "UpdateTaskProtection": lambda: main | {"tasks": [self.task], "protectionEnabled": True, "expiresInMinutes": 1},
            "ListContainerInstances": lambda: dict(main),
            "DescribeContainerInstances": lambda: main | {"containerInstances": [self.instance], "include": ["TAGS"]},
            "UpdateContainerInstancesState": lambda: main | {"containerInstances": [self.instance], "status": "ACTIVE"},
            "DeregisterContainerInstance": lambda: main | {"containerInstance": self.engine.call(
                "AddContainerInstance", main | {"cpu": 64, "memory": 64})["containerInstance"]["containerInstanceArn"]},
            "PutAttributes": lambda: main | {"attributes": [attribute]},
            "DeleteAttributes": lambda: main | {"attributes": [attribute]},
            "ListAttributes": lambda: main | {"targetType": "container-instance"},
            "TagResource": lambda: {"resourceArn": arn, "tags": [{"key": "k", "value": "v"}]},
            "UntagResource": lambda: {"resourceArn": arn, "tagKeys": ["k"]},
            "ListTagsForResource": lambda: {"resourceArn": arn},
            "DescribeLogGroups": lambda: {},
            "DescribeLogStreams": lambda: {"logGroupName": group},
            "GetLogEvents": lambda: {"logGroupName": group, "logStreamName": f"{self.service}/app/{self.task.split('/')[-1]}"},
            "FilterLogEvents": lambda: {"logGroupName": group},
            "EngineStatus": lambda: {},
            "AddContainerInstance": lambda: main | {"cpu": 64, "memory": 64},
            "ExplainPlacement": lambda: main | {"service": self.service},
            "TaskLogs": lambda: main | {"task": self.task},
        }
        return examples[operation]()

    def an_external_service(self):
        return self.engine.call("CreateService", {"cluster": "main", "serviceName": self.name("e"), "desiredCount": 1,
                                                  "deploymentController": {"type": "EXTERNAL"}})["service"]["serviceName"]

    def a_task_set(self, name="taskSet", wrap=lambda arn: arn):
        """What names a fresh task set in a request."""
        made = self.example("CreateTaskSet")
        arn = self.engine.call("CreateTaskSet", made)["taskSet"]["taskSetArn"]
        return {"cluster": "main", "service": made["service"], name: wrap(arn)}

    def a_definition(self, deregistered=False):
        arn = self.engine.call("RegisterTaskDefinition", self.example("RegisterTaskDefinition"))["taskDefinition"]["taskDefinitionArn"]
        if deregistered:
            self.engine.call("DeregisterTaskDefinition", {"taskDefinition": arn})
        return arn

    def close(self):
        self.engine.close()


def skip(why):
    print(f"SKIPPED: {why}")
    sys.exit(77)
