"""berth lock against a real registry: tags become digests, moved and missing ones are found, and a registry behind tokens is served its token."""
import base64
import hashlib
import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.parse
import urllib.request

from support import BIN, OPENER, clean_environment, end_with_this_process, free_port, main, run, say, skip, wait_until

CHANGES = 2
SOURCE_ERRORS = 65
LOGIN = base64.b64encode(b"ann:secret").decode()
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
INDEX = "application/vnd.oci.image.index.v1+json"
PROGRAM = """
stack locked {{ }}
task web {{
  memory = 256 MiB
  container app {{ image = "{host}/shop/web:1" }}
  container side {{ image = "{host}/shop/side:2" }}
  container index {{ image = "{host}/shop/index:3" }}
  container list {{ image = "{host}/shop/list:4" }}
  container free {{ image = floating("{host}/shop/free", reason = "a test") }}
}}
"""


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Registry:
    """Debian's docker-registry on a free port, with its images in a directory that goes with the test."""

    def __init__(self, directory):
        self.host = f"127.0.0.1:{free_port()}"
        config = os.path.join(directory, "config.yml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {directory}/images}}, delete: {{enabled: true}}}}\n"
                       f"http: {{addr: {self.host}}}\n")
        self.process = subprocess.Popen(["docker-registry", "serve", config], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        preexec_fn=end_with_this_process)
        wait_until(self.answers, 20, "docker-registry answers")

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError(f"docker-registry ended with {self.process.returncode}")
        try:
            return OPENER.open(f"http://{self.host}/v2/", timeout=2).status == 200
        except OSError:
            return False

    def send(self, method, url, data=None, **headers):
        request = urllib.request.Request(url if "://" in url else f"http://{self.host}{url}", data=data, method=method, headers=headers)
        with OPENER.open(request, timeout=10) as response:
            return response.headers

    def push_blob(self, repository, data):
        where = self.send("POST", f"/v2/{repository}/blobs/uploads/", data=b"")["Location"]
        where += ("&" if "?" in where else "?") + "digest=" + digest_of(data)
        self.send("PUT", where, data=data, **{"Content-Type": "application/octet-stream"})
        return {"digest": digest_of(data), "size": len(data)}

    def push_manifest(self, repository, reference, manifest, media_type):
        data = json.dumps(manifest).encode()
        self.send("PUT", f"/v2/{repository}/manifests/{reference}", data=data, **{"Content-Type": media_type})
        return data

    def push(self, repository, tag, content, media_type=MANIFEST):
        """An image of one layer with this content; its digest."""
        config = {**self.push_blob(repository, json.dumps({"os": "linux", "content": content}).encode()), "mediaType": "application/vnd.docker.container.image.v1+json"}
        layer = {**self.push_blob(repository, content.encode()), "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip"}
        manifest = {"schemaVersion": 2, "mediaType": media_type, "config": config, "layers": [layer]}
        return digest_of(self.push_manifest(repository, tag, manifest, media_type))

    def push_list(self, repository, tag, media_type, member_type):
        """An image for two platforms; its digest."""
        members = []
        for arch in ("amd64", "arm64"):
            digest = self.push(repository, arch, arch, member_type)
            size = len(OPENER.open(urllib.request.Request(f"http://{self.host}/v2/{repository}/manifests/{digest}", headers={"Accept": member_type}), timeout=10).read())
            members.append({"mediaType": member_type, "digest": digest, "size": size, "platform": {"os": "linux", "architecture": arch}})
        return digest_of(self.push_manifest(repository, tag, {"schemaVersion": 2, "mediaType": media_type, "manifests": members}, media_type))

    def remove(self, repository, digest):
        self.send("DELETE", f"/v2/{repository}/manifests/{digest}")


class TokenFront(http.server.ThreadingHTTPServer):
    """A registry that answers only with a token, which it gives to who logs in; the rest comes from the registry behind it."""

    def __init__(self, registry):
        super().__init__(("127.0.0.1", 0), TokenHandler)
        self.registry = registry
        self.host = f"127.0.0.1:{self.server_port}"
        self.scopes = []
        threading.Thread(target=self.serve_forever, daemon=True).start()


class TokenHandler(http.server.BaseHTTPRequestHandler):
    def answer(self, status, headers, body=b""):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_GET(self):
        url = urllib.parse.urlparse(self.path)
        if url.path == "/token":
            if self.headers["Authorization"] != f"Basic {LOGIN}":
                return self.answer(401, {})
            self.server.scopes += urllib.parse.parse_qs(url.query)["scope"]
            return self.answer(200, {"Content-Type": "application/json"}, b'{"token": "let-me-in"}')
        if self.headers["Authorization"] != "Bearer let-me-in":
            repository = url.path.split("/manifests/")[0][len("/v2/"):]
            challenge = f'Bearer realm="http://{self.server.host}/token",service="front",scope="repository:{repository}:pull"'
            return self.answer(401, {"WWW-Authenticate": challenge})
        request = urllib.request.Request(f"http://{self.server.registry.host}{self.path}", method=self.command, headers={"Accept": self.headers["Accept"]})
        try:
            with OPENER.open(request, timeout=10) as response:
                kept = {k: v for k, v in response.headers.items() if k in ("Content-Type", "Docker-Content-Digest")}
                return self.answer(response.status, kept, response.read())
        except urllib.error.HTTPError as error:
            return self.answer(error.code, {}, error.read())

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


class Stack:
    def __init__(self, directory, host):
        self.directory = directory
        os.makedirs(directory)
        self.write(PROGRAM.format(host=host))

    def write(self, text):
        with open(os.path.join(self.directory, "main.ecs"), "w", encoding="utf-8") as file:
            file.write(text)

    def berth(self, *arguments, expect=0, **environment):
        done = run(os.path.join(BIN, "berth"), *arguments, check=False, env=clean_environment(DOCKER_CONFIG="/nonexistent", **environment), cwd=self.directory)
        if done.returncode != expect:
            raise AssertionError(f"berth {' '.join(arguments)} exited with {done.returncode}, not {expect}\n{done.stdout}{done.stderr}")
        return done

    def lock(self, *arguments, **options):
        return json.loads(self.berth("lock", "--format", "json", *arguments, **options).stdout)

    def lock_text(self):
        with open(os.path.join(self.directory, "berth.lock"), encoding="utf-8") as file:
            return file.read()

    def images(self):
        program = json.loads(self.berth("compile", "--emit=ir", "--no-origins").stdout)
        return {name: c["image"] for r in program["resources"] if r["kind"] == "task" for name, c in r["body"]["container"].items()}


def states(document):
    return {image["reference"].split("/", 1)[1]: image["state"] for image in document["images"]}


def tags_become_digests(registry, stack):
    wanted = {
        "app": ("shop/web:1", registry.push("shop/web", "1", "one")),
        "side": ("shop/side:2", registry.push("shop/side", "2", "two", OCI_MANIFEST)),
        "index": ("shop/index:3", registry.push_list("shop/index", "3", INDEX, OCI_MANIFEST)),
        "list": ("shop/list:4", registry.push_list("shop/list", "4", LIST, MANIFEST)),
    }
    stack.berth("lock", "--check", expect=CHANGES)
    assert states(stack.lock()) == {reference: "locked" for reference, _ in wanted.values()}
    lines = [line.split() for line in stack.lock_text().splitlines()]
    assert lines == sorted(lines), lines
    assert {line[1]: line[2] for line in lines} == {f"{registry.host}/{reference}": digest for reference, digest in wanted.values()}
    assert {line[1].split("/")[2]: line[3] for line in lines} == {"web:1": "1", "side:2": "1", "index:3": "2", "list:4": "2"}
    images = stack.images()
    for container, (reference, digest) in wanted.items():
        assert images[container] == f"{registry.host}/{reference}@{digest}", images
    assert images["free"] == f"{registry.host}/shop/free", images
    stack.berth("lock", "--check")
    say("four kinds of manifest are locked, and stand in the IR")
    return wanted["app"][1]


def moved_tags_stay_until_told(registry, stack, first):
    before = stack.lock_text()
    second = registry.push("shop/web", "1", "one again")
    assert states(stack.lock())["shop/web:1"] == "moved"
    assert stack.lock_text() == before
    checked = stack.lock("--check", expect=CHANGES)
    assert [i["live"] for i in checked["images"] if i["state"] == "moved"] == [second], checked
    assert stack.images()["app"].endswith(first)

    with open(os.path.join(stack.directory, "berth.lock"), "w", encoding="utf-8") as file:
        file.write("# ours\n" + before.replace("image  " + registry.host + "/shop/web", "# about web\nimage  " + registry.host + "/shop/web"))
    updated = stack.lock("--update", "task.web.app")
    assert states(updated) == {"shop/web:1": "updated"}, updated
    assert stack.images()["app"].endswith(second)
    assert "# about web\nimage  " + registry.host + "/shop/web:1  " + second in stack.lock_text(), stack.lock_text()
    stack.berth("lock", "--check")
    stack.berth("lock", "--update", "task.nobody", expect=64)
    say("a moved tag is told, and taken on --update alone")
    return second


def missing_ones_are_found(registry, stack, digest):
    stack.write(PROGRAM.format(host=registry.host).replace("shop/side:2", "shop/side:5"))
    done = stack.berth("check", expect=SOURCE_ERRORS)
    assert "E0314" in done.stderr and "shop/side:5" in done.stderr, done.stderr
    before = stack.lock_text()
    done = stack.berth("lock", expect=1)
    assert "the registry has no such image" in done.stderr, done.stderr
    assert stack.lock_text() == before, "half a lock was written"
    assert states(stack.lock("--check", expect=CHANGES))["shop/side:5"] == "missing"
    registry.push("shop/side", "5", "five")
    assert states(stack.lock())["shop/side:5"] == "locked"
    registry.remove("shop/web", digest)
    assert states(stack.lock("--check", expect=CHANGES))["shop/web:1"] == "missing"
    say("what is not locked is an error, and what is not there is told")


def tokens_are_asked_for(registry, directory):
    front = TokenFront(registry)
    stack = Stack(os.path.join(directory, "behind-tokens"), front.host)
    stack.write(f'stack private {{ }}\ntask web {{ memory = 64 MiB, container app {{ image = "{front.host}/shop/list:4" }} }}\n')
    done = stack.berth("lock", expect=1)
    assert f"docker login {front.host}" in done.stderr, done.stderr
    with open(os.path.join(directory, "config.json"), "w", encoding="utf-8") as file:
        json.dump({"auths": {front.host: {"auth": LOGIN}}}, file)
    done = run(os.path.join(BIN, "berth"), "lock", "--format", "json", env=clean_environment(DOCKER_CONFIG=directory), cwd=stack.directory)
    assert states(json.loads(done.stdout)) == {"shop/list:4": "locked"}, done.stdout
    assert front.scopes == ["repository:shop/list:pull"], front.scopes
    assert LOGIN not in stack.lock_text() + done.stdout + done.stderr
    front.shutdown()
    say("a registry behind tokens is served")


def test(_):
    if not os.access(os.path.join(BIN, "berth"), os.X_OK):
        skip(f"no berth in {BIN} (BERTH_BIN_DIR)")
    if not shutil.which("docker-registry"):
        skip("docker-registry is not installed (Debian: docker-registry)")
    directory = tempfile.mkdtemp(prefix="berth-e2e-lock-")
    registry = Registry(directory)
    try:
        stack = Stack(os.path.join(directory, "stack"), registry.host)
        first = tags_become_digests(registry, stack)
        second = moved_tags_stay_until_told(registry, stack, first)
        missing_ones_are_found(registry, stack, second)
        tokens_are_asked_for(registry, directory)
    finally:
        registry.process.kill()
        registry.process.wait(timeout=10)
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(test))
