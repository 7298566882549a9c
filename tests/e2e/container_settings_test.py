"""Settings of containers on real Docker: volumes that end with the task, limits, namespaces, links, restarts, what can't be fetched."""
import json
import os

from support import DOCKER_HOST, Engine, docker, main, require, say, wait_until

IMAGE = "busybox:e2e"
CLUSTER = "e2e"


def call(engine, action, **body):
    status, answer = engine.call(action, **body)
    assert status == 200, f"{action}: {answer}"
    return answer


def run(engine, family, containers, **definition):
    """Runs a task; its ARN."""
    for container in containers:
        container.setdefault("image", IMAGE)
        container.setdefault("memory", 64)
        container.setdefault("stopTimeout", 1)
    call(engine, "RegisterTaskDefinition", family=family, containerDefinitions=containers, **definition)
    answer = call(engine, "RunTask", cluster=CLUSTER, taskDefinition=family)
    assert len(answer["tasks"]) == 1, answer
    return answer["tasks"][0]["taskArn"]


def task(engine, arn):
    return call(engine, "DescribeTasks", cluster=CLUSTER, tasks=[arn])["tasks"][0]


def wait_for(engine, arn, status, timeout=60):
    return wait_until(lambda: (found := task(engine, arn))["lastStatus"] == status and found, timeout, f"{arn} is {status}")


def output(engine, group, stream):
    """The lines of a container, also of one that is gone."""
    import urllib.request
    from support import OPENER
    request = urllib.request.Request(engine.url + "/", method="POST", headers={
        "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "Logs_20140328.GetLogEvents"},
        data=json.dumps({"logGroupName": group, "logStreamName": stream, "startFromHead": True}).encode())
    with OPENER.open(request, timeout=30) as response:
        return [event["message"] for event in json.loads(response.read())["events"]]


def lines_of(engine, family, arn, container):
    return output(engine, f"/berth/{CLUSTER}/{family}", f"{family}/{container}/{arn.rsplit('/', 1)[1]}")


def check_settings(engine):
    script = ("ulimit -n; cat /proc/sys/net/core/somaxconn; df -k /dev/shm | tail -n 1 | awk '{print $2}'; grep ' /cache ' /proc/mounts | "
              "cut -d' ' -f3; touch /x 2>/dev/null && echo writable || echo readonly; id -u; pwd; cat /proc/1/comm; "
              "grep NoNewPrivs /proc/self/status | cut -f2; hostname")
    arn = run(engine, "settings", [{
        "name": "app", "command": ["sh", "-c", script], "user": "65534", "workingDirectory": "/tmp", "readonlyRootFilesystem": True,
        "hostname": "here", "dockerSecurityOptions": ["no-new-privileges"], "ulimits": [{"name": "nofile", "softLimit": 123, "hardLimit": 456}],
        "systemControls": [{"namespace": "net.core.somaxconn", "value": "77"}],
        "linuxParameters": {"sharedMemorySize": 8, "initProcessEnabled": True, "tmpfs": [{"containerPath": "/cache", "size": 4}]}}])
    wait_for(engine, arn, "STOPPED")
    lines = lines_of(engine, "settings", arn, "app")
    assert lines == ["123", "77", "8192", "tmpfs", "readonly", "65534", "/tmp", lines[7], "1", "here"], lines
    say("limits, sysctls, shm, tmpfs, read-only root, user, directory, security options and host name are as written")


def hard_limit_of_docker():
    """Of open files, of a Docker Engine that can't raise it; None when it can."""
    pid_file = os.path.join(os.path.dirname(DOCKER_HOST.removeprefix("unix://")), "docker.pid")
    if not os.path.exists(pid_file):
        return None
    with open(pid_file, encoding="ascii") as file:
        directory = f"/proc/{file.read().strip()}"
    with open(f"{directory}/status", encoding="utf-8") as file:
        capabilities = next(int(line.split()[1], 16) for line in file if line.startswith("CapBnd"))
    with open(f"{directory}/limits", encoding="utf-8") as file:
        hard = next(line.split()[4] for line in file if line.startswith("Max open files"))
    return None if capabilities >> 24 & 1 or hard == "unlimited" else int(hard)


def check_host_limits(engine):
    hard = hard_limit_of_docker()
    if hard is None:
        say("left out: this Docker Engine refuses nothing")
        return
    arn = run(engine, "wishes", [{"name": "app", "command": ["sh", "-c", "ulimit -n"], "ulimits": [{"name": "nofile", "softLimit": hard + 1, "hardLimit": hard + 9}],
                                  "linuxParameters": {"capabilities": {"add": ["SYS_RESOURCE", "NET_ADMIN"]}}}])
    found = wait_for(engine, arn, "STOPPED")
    assert lines_of(engine, "wishes", arn, "app") == [str(hard)], found
    told = {one["name"]: one["value"] for one in found["attributes"]}
    assert told == {"berth.host-limit.app": f"ulimit nofile {hard + 9} is {hard}: this machine allows no more",
                    "berth.host-limit.app.2": "the capability SYS_RESOURCE is left out: this machine can not give it"}, told
    assert f"warning: container app: ulimit nofile {hard + 9} is {hard}" in engine.berth("why", arn, "/").stdout
    say("what the machine refuses is made less, and the task says so")


def check_volumes(engine):
    arn = run(engine, "volumes", [
        {"name": "init", "essential": False, "command": ["sh", "-c", "echo hello > /data/x"],
         "mountPoints": [{"sourceVolume": "scratch", "containerPath": "/data"}]},
        {"name": "app", "command": ["sh", "-c", "cat /data/x; echo no > /data/y || echo refused; sleep 1000"],
         "dependsOn": [{"containerName": "init", "condition": "SUCCESS"}],
         "mountPoints": [{"sourceVolume": "scratch", "containerPath": "/data", "readOnly": True}]}],
        volumes=[{"name": "scratch"}])
    wait_for(engine, arn, "RUNNING")
    made = docker("volume", "ls", "-q", "--filter", "label=berth.task").stdout.split()
    assert len(made) == 1 and made[0].startswith("ecs-volumes-1-scratch-"), made
    lines = wait_until(lambda: (found := lines_of(engine, "volumes", arn, "app")) and len(found) >= 3 and found, 20, "three lines")
    assert "hello" in lines and "refused" in lines, lines
    call(engine, "StopTask", cluster=CLUSTER, task=arn)
    wait_for(engine, arn, "STOPPED")
    wait_until(lambda: not docker("volume", "ls", "-q", "--filter", "label=berth.task").stdout.split(), 30, "the task's volume is gone")
    say("a volume of the task is shared by its containers and ends with it")


def check_namespaces(engine):
    arn = run(engine, "shared", [
        {"name": "one", "command": ["sh", "-c", "exec sleep 1234"]},
        {"name": "two", "command": ["sh", "-c", "sleep 1; ps | grep -c '[s]leep 1234'; sleep 1000"]}], pidMode="task", ipcMode="task")
    wait_for(engine, arn, "RUNNING")
    lines = wait_until(lambda: lines_of(engine, "shared", arn, "two"), 20, "a line")
    assert lines == ["1"], lines
    call(engine, "StopTask", cluster=CLUSTER, task=arn)
    wait_for(engine, arn, "STOPPED")
    wait_until(lambda: not docker("ps", "-aq", "--filter", "label=berth.pause").stdout.split(), 30, "the pause container is gone")
    say("containers of a task share its processes; the pause container ends with it")


def check_links(engine):
    arn = run(engine, "links", [
        {"name": "app", "command": ["sh", "-c", "grep -c store /etc/hosts; sleep 1000"], "links": ["db:store"]},
        {"name": "db", "command": ["sh", "-c", "sleep 1000"]}])
    wait_for(engine, arn, "RUNNING")
    wait_until(lambda: lines_of(engine, "links", arn, "app") == ["1"], 20, "the linked container has a name")
    call(engine, "StopTask", cluster=CLUSTER, task=arn)
    wait_for(engine, arn, "STOPPED")
    say("a link starts after its target and knows it by its alias")


def check_terminal(engine):
    arn = run(engine, "terminal", [{"name": "app", "command": ["sh", "-c", "test -t 1 && echo terminal; test -t 0 && echo stdin"],
                                    "pseudoTerminal": True, "interactive": True}])
    wait_for(engine, arn, "STOPPED")
    assert lines_of(engine, "terminal", arn, "app") == ["terminal", "stdin"]
    say("output of a pseudo terminal can be read")


def check_secrets(engine):
    arn = run(engine, "secrets", [{"name": "app", "secrets": [{"name": "P", "valueFrom": "arn:aws:ssm:us-east-1:000000000000:parameter/p"}]}])
    found = wait_for(engine, arn, "STOPPED")
    assert found["stopCode"] == "TaskFailedToStart", found
    assert found["stoppedReason"].startswith("ResourceInitializationError: unable to pull secrets or registry auth"), found
    say("a task with secrets ends with ResourceInitializationError")




def check_instances(engine):
    added = [call_extension(engine, "AddContainerInstance", cluster=CLUSTER, cpu=512, memory=512,
                            attributes=[{"name": "stack", "value": "blue"}])["containerInstance"]["containerInstanceArn"] for _ in range(2)]
    call(engine, "RegisterTaskDefinition", family="placed", containerDefinitions=[
        {"name": "app", "image": IMAGE, "memory": 64, "command": ["sh", "-c", "exec httpd -f -p 80"], "portMappings": [{"containerPort": 80, "hostPort": 8099}]}])
    call(engine, "CreateService", cluster=CLUSTER, serviceName="placed", taskDefinition="placed", desiredCount=2,
         placementConstraints=[{"type": "memberOf", "expression": "attribute:stack == blue"}, {"type": "distinctInstance"}])
    counts = lambda: call(engine, "DescribeServices", cluster=CLUSTER, services=["placed"])["services"][0]["runningCount"]
    wait_until(lambda: counts() == 2, 60, "two tasks on two instances with the same host port")
    arns = call(engine, "ListTasks", cluster=CLUSTER, serviceName="placed")["taskArns"]
    tasks = call(engine, "DescribeTasks", cluster=CLUSTER, tasks=arns)["tasks"]
    assert {one["containerInstanceArn"] for one in tasks} == set(added), tasks
    addresses = {one["containers"][0]["networkBindings"][0]["bindIP"] for one in tasks}
    assert len(addresses) == 2, addresses
    call(engine, "DeleteService", cluster=CLUSTER, service="placed", force=True)
    say("simulated instances have ports of their own; constraints choose among them")


def call_extension(engine, action, **body):
    import urllib.request
    from support import OPENER
    request = urllib.request.Request(f"{engine.url}/berth/{action}", data=json.dumps(body).encode(), method="POST")
    with OPENER.open(request, timeout=30) as response:
        return json.loads(response.read())


def test(engines):
    engine = Engine()
    engines.append(engine)
    call(engine, "CreateCluster", clusterName=CLUSTER)
    for check in (check_settings, check_host_limits, check_volumes, check_namespaces, check_links, check_terminal, check_secrets, check_instances):
        check(engine)


require()
main(test)
