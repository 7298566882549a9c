"""Images from a real registry: all tasks of a deployment run the image that its first one got, a new deployment asks again, and a registry that is gone
stops nothing that is here."""
import os
import shutil
import subprocess
import tempfile

from support import Engine, OPENER, docker, end_with_this_process, free_port, main, require, say, skip, wait_until


class Registry:
    """Debian's docker-registry on a free port, with its images in a directory that goes with the test."""

    def __init__(self, directory):
        self.host = f"127.0.0.1:{free_port()}"
        self.image = f"{self.host}/shop/web:1"
        self.directory = directory
        config = os.path.join(directory, "config.yml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {directory}/images}}}}\nhttp: {{addr: {self.host}}}\n")
        self.process = subprocess.Popen(["docker-registry", "serve", config], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        preexec_fn=end_with_this_process)
        wait_until(self.answers, 20, "docker-registry answers")

    def answers(self):
        try:
            return OPENER.open(f"http://{self.host}/v2/", timeout=2).status == 200
        except OSError:
            return False

    def push(self, which):
        """An image that says who it is; afterwards the machine knows it no more. Its digest."""
        build = os.path.join(self.directory, which)
        os.makedirs(build)
        with open(os.path.join(build, "Dockerfile"), "w", encoding="utf-8") as file:
            file.write(f"FROM busybox:e2e\nENV WHICH={which}\nCMD exec sleep 1000\n")
        docker("build", "-q", "-t", self.image, build)
        docker("push", "-q", self.image)
        digests = docker("image", "inspect", "-f", "{{json .RepoDigests}}", self.image).stdout
        docker("image", "rm", "-f", self.image)
        return digests.split("@")[1].split('"')[0]

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=10)


def digests(engine, task_arns):
    _, found = engine.call("DescribeTasks", cluster="main", tasks=task_arns)
    return sorted(container.get("imageDigest", "") for task in found["tasks"] for container in task["containers"] if task["lastStatus"] == "RUNNING")


def running(engine):
    return engine.call("ListTasks", cluster="main", serviceName="web")[1]["taskArns"]


def wait_for(engine, digest, what):
    wait_until(lambda: digests(engine, running(engine)) == [digest, digest], 60, what)


def run_task(engine):
    status, made = engine.call("RunTask", cluster="main", taskDefinition="web")
    assert status == 200 and made["tasks"], made
    arn = made["tasks"][0]["taskArn"]
    return arn, wait_until(lambda: digests(engine, [arn]), 60, "the task runs")[0]


def test(engines):
    if not shutil.which("docker-registry"):
        skip("docker-registry is not installed (Debian: docker-registry)")
    engine = Engine("--healthy-after", "1s")
    engines.append(engine)
    with tempfile.TemporaryDirectory() as directory:
        registry = Registry(directory)
        first = registry.push("one")
        engine.call("CreateCluster", clusterName="main")
        engine.call("RegisterTaskDefinition", family="web", containerDefinitions=[
            {"name": "app", "image": registry.image, "memory": 16, "stopTimeout": 2, "command": ["sh", "-c", "trap exit TERM; sleep 1000 & wait"]}])
        engine.call("CreateService", cluster="main", serviceName="web", taskDefinition="web", desiredCount=2)
        wait_for(engine, first, "two tasks run the image of the tag")
        say("the digest of the tag is recorded")

        second = registry.push("two")
        assert first != second
        victim = docker("ps", "-q", "--filter", "label=berth.container=app").stdout.split()[0]
        docker("kill", victim)
        wait_until(lambda: not docker("ps", "-q", "--no-trunc", "--filter", f"id={victim}").stdout, 20, "the killed container is gone")
        wait_for(engine, first, "the replacement runs the image of its deployment")
        _, digest = run_task(engine)
        assert digest == second, "a task of nobody's deployment takes the tag as it stands"
        say("the tag has moved: the deployment keeps its image, a new task does not")

        engine.kill()
        engine.start()
        docker("kill", docker("ps", "-q", "--filter", f"ancestor={registry.image.rsplit(':', 1)[0]}@{first}").stdout.split()[0])
        wait_for(engine, first, "so it does after a crash of the engine")
        engine.call("UpdateService", cluster="main", service="web", forceNewDeployment=True)
        wait_for(engine, second, "a new deployment asks for the tag again")
        say("a new deployment runs what the tag stands for by then")

        registry.stop()
        _, digest = run_task(engine)
        assert digest == second, "what is here is used when the registry is gone"
        say("without the registry, what is here is used")


require(images=["busybox:e2e"])
main(test)
