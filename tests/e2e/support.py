"""What the end-to-end tests share: an engine of their own on real Docker, berth, the AWS CLI, and cleaning up after all of it.

Every test is a script that runs main(function) and is bounded in time. Where it cannot run, it says why and exits with 77.
"""
import atexit
import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.error
import urllib.request

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
BIN = os.environ.get("BERTH_BIN_DIR") or os.path.join(ROOT, "build", "release")
DOCKER_HOST = os.environ.get("BERTH_E2E_DOCKER_HOST", "")
HELLO_IMAGE = "berth-hello:1"
SKIPPED = 77
STARTED = time.monotonic()
# Everything is on this machine: no proxy.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def skip(why):
    print(f"SKIPPED: {why}", flush=True)
    sys.exit(SKIPPED)


def say(text):
    print(f"{time.monotonic() - STARTED:7.2f} s  {text}", flush=True)


def require(aws=False, images=()):
    """Skips the test when something it needs is not here. `images`: those it needs beside the one of examples/hello."""
    if not DOCKER_HOST:
        skip("BERTH_E2E_DOCKER_HOST names no Docker Engine (tools/private_dockerd COMMAND starts one)")
    for name in ("berth", "berthd"):
        if not os.access(os.path.join(BIN, name), os.X_OK):
            skip(f"no {name} in {BIN} (BERTH_BIN_DIR)")
    if not shutil.which("docker"):
        skip("the docker command is not installed")
    if aws and not shutil.which("aws"):
        skip("the AWS CLI is not installed (Debian: awscli)")
    for image in (HELLO_IMAGE, *images):
        if docker("image", "inspect", image, check=False).returncode != 0:
            skip(f"no image {image} in {DOCKER_HOST} (tests/e2e/make_images makes it)")


def run(*command, check=True, timeout=120, env=None, cwd=None):
    """The finished process; stdout and stderr are text. On an unexpected exit code both are shown."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, env=env, cwd=cwd, check=False)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(command)} exited with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


def docker(*arguments, check=True, timeout=60):
    return run("docker", "-H", DOCKER_HOST, *arguments, check=check, timeout=timeout)


def containers(everything=False, **labels):
    """{id, name, state, labels} of the engine's containers, running ones unless `everything`."""
    filters = [f"--filter=label={key}={value}" if value else f"--filter=label={key}" for key, value in labels.items()]
    found = docker("ps", "-q", "--no-trunc", *(["-a"] if everything else []), *filters).stdout.split()
    if not found:
        return []
    # A container may go between the two calls.
    inspected = docker("inspect", *found, check=False).stdout
    return [{"id": c["Id"], "name": c["Name"].lstrip("/"), "state": c["State"]["Status"], "image": c["Config"]["Image"],
             "labels": c["Config"]["Labels"] or {}} for c in json.loads(inspected or "[]")]


def wait_until(condition, timeout, what, interval=0.1):
    """The first true value of condition(); an AssertionError when there is none in time."""
    end = time.monotonic() + timeout
    last = None
    while time.monotonic() < end:
        last = condition()
        if last:
            return last
        time.sleep(interval)
    raise AssertionError(f"not within {timeout} s: {what} (last: {last!r})")


def http_get(url, timeout=5):
    with OPENER.open(url, timeout=timeout) as response:
        return response.read().decode()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def clean_environment(**extra):
    """This environment without what steers AWS, berth or Docker from outside."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "BERTH_", "DOCKER_"))}
    return {**kept, "NO_COLOR": "1", "CI": "1", "NO_PROXY": "127.0.0.1,localhost", **extra}


def end_with_this_process():
    """In a child: the kernel ends it when the test ends, however that happens."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


class Engine:
    """berthd with its own data directory, socket and port; ends, with its containers, at the end of the test."""

    def __init__(self, *options):
        self.directory = tempfile.mkdtemp(prefix="berth-e2e-")
        self.socket = os.path.join(self.directory, "engine.sock")
        self.port = free_port()
        self.options = options
        self.process = None
        self.log_path = os.path.join(self.directory, "berthd.log")
        atexit.register(self.clean_up)
        self.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [os.path.join(BIN, "berthd"), "--data-dir", os.path.join(self.directory, "data"), "--socket", self.socket,
                 "--listen", f"127.0.0.1:{self.port}", "--auth", "none", "--docker-host", DOCKER_HOST, *self.options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=clean_environment(), start_new_session=True,
                preexec_fn=end_with_this_process)
        wait_until(self.answers, 20, "berthd answers")

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError(f"berthd ended with {self.process.returncode}:\n{self.log()[-3000:]}")
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2):
                return True
        except OSError:
            return False

    def kill(self):
        """As a power cut: no chance to say goodbye."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=10)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(timeout=10)

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def call(self, action, **body):
        """One ECS call over TCP; (HTTP status, JSON)."""
        request = urllib.request.Request(self.url + "/", data=json.dumps(body).encode(), method="POST", headers={
            "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"AmazonEC2ContainerServiceV20141113.{action}"})
        try:
            with OPENER.open(request, timeout=30) as response:
                return response.status, json.loads(response.read() or b"{}")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"{}")

    def clean_up(self):
        try:
            self.stop()
            left = [c["id"] for c in containers(everything=True, **{"berth.engine": ""})]
            if left:
                docker("rm", "-f", *left, check=False)
            for network in docker("network", "ls", "-q", "--filter", "label=berth.engine", check=False).stdout.split():
                docker("network", "rm", network, check=False)
        finally:
            shutil.rmtree(self.directory, ignore_errors=True)

    def berth(self, *arguments, check=True, timeout=180, **environment):
        """Runs berth against this engine."""
        return run(os.path.join(BIN, "berth"), *arguments, check=check, timeout=timeout,
                   env=clean_environment(BERTH_ENGINE=f"unix://{self.socket}", **environment))

    def aws(self, *arguments, check=True, timeout=200):
        """`aws ecs …` against this engine: the parsed output, or with check=False the finished process."""
        environment = clean_environment(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_REGION="us-east-1",
                                        AWS_DEFAULT_REGION="us-east-1", AWS_PAGER="", AWS_EC2_METADATA_DISABLED="true",
                                        AWS_CONFIG_FILE="/dev/null", AWS_SHARED_CREDENTIALS_FILE="/dev/null")
        done = run("aws", "--endpoint-url", self.url, "--output", "json", *arguments, check=check, timeout=timeout, env=environment)
        if not check:
            return done
        return json.loads(done.stdout) if done.stdout.strip() else {}


def engine_containers(image=HELLO_IMAGE):
    """The running containers of the engine that run this image."""
    return [c for c in containers(**{"berth.engine": ""}) if c["image"] == image]


def main(test):
    """Runs the test with a list for its engines; on failure shows the traceback and the last lines of their logs."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    made = []
    try:
        test(made)
    except Exception:  # the process must end with a message, whatever it was
        traceback.print_exc()
        for engine in made:
            print(f"--- log of berthd\n{engine.log()[-4000:]}", flush=True)
        sys.exit(1)
    say("passed")
