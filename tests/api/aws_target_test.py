"""`--target aws` against moto and against berthd, through one proxy on loopback that has botocore compute every signature again.

The same stack goes to both by the same code. moto starts no tasks, so there nothing is waited for (`--no-wait`); berthd runs it on fake containers, so there
everything is.
"""
import contextlib
import http.client
import http.server
import json
import logging
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest
import urllib.parse
from pathlib import Path

from engine import BERTHD, Engine, skip

try:
    import botocore.auth
    import botocore.awsrequest
    import botocore.credentials
    from moto.server import ThreadedMotoServer
except ImportError as error:
    skip(f"moto with its server, or botocore, is not installed: {error}")

logging.getLogger("werkzeug").setLevel(logging.ERROR)
BERTH = str(Path(BERTHD).with_name("berth"))
if not os.access(BERTH, os.X_OK):
    skip(f"no {BERTH}")

KEY, SECRET, TOKEN = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "c2Vzc2lvbg+/=="
REGION, ACCOUNT = "us-east-1", "123456789012"
STACK = """stack shop { }
environment here { }
environment aws_prod { target = "aws", account = "%s", region = "%s" }
environment other_account { target = "aws", account = "210987654321" }
environment other_region { target = "aws", region = "eu-west-1" }

param level: string = "info"
extern role app { name = "app" }

cluster main { }
service web {
  cluster = main
  task {
    memory = 128 MiB
    role = app
    container app { image = "fake/app:1", env { LEVEL = level } }
  }
  replicas = 2
}
""" % (ACCOUNT, REGION)


class Record:
    def __init__(self, handler, body):
        self.path, self.body = handler.path, body
        self.headers = {name.lower(): value for name, value in handler.headers.items()}
        target = self.headers.get("x-amz-target")
        self.operation = target.split(".")[1] if target else urllib.parse.parse_qs(body.decode()).get("Action", [""])[0]
        self.service = "ecs" if target else "sts"

    def signature(self, secret):
        """(what berth computed, what botocore computes)"""
        given = dict(part.strip().split("=", 1) for part in self.headers["authorization"].removeprefix("AWS4-HMAC-SHA256").split(","))
        key, _, region, service, _ = given["Credential"].split("/")
        request = botocore.awsrequest.AWSRequest("POST", f"http://{self.headers['host']}{self.path}", data=self.body,
                                                 headers={name: self.headers[name] for name in given["SignedHeaders"].split(";")})
        request.context["timestamp"] = self.headers["x-amz-date"]
        signer = botocore.auth.SigV4Auth(botocore.credentials.Credentials(key, secret), service, region)
        return given["Signature"], signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)


class Proxy:
    """Hands on to `upstream`, a port of loopback, and keeps what came."""

    def __init__(self, upstream, is_moto=False, tls=None):
        self.records = []
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                record = Record(self, body)
                proxy.records.append(record)
                # moto describes only the capacity providers that a request names, and there are none.
                if record.operation == "DescribeCapacityProviders" and is_moto:
                    body = json.dumps({"capacityProviders": []} | json.loads(body)).encode()
                connection = http.client.HTTPConnection("127.0.0.1", upstream, timeout=60)
                headers = {name: value for name, value in self.headers.items() if name.lower() not in ("connection", "content-length")}
                connection.request("POST", self.path, body, headers)
                answer = connection.getresponse()
                text = answer.read()
                connection.close()
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.headers.get("Content-Type", "application/json"))
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
            self.url = f"https://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self):
        taken, self.records = self.records, []
        return taken

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Keys(http.server.BaseHTTPRequestHandler):
    """The metadata of an instance, and the agent of a container."""
    protocol_version = "HTTP/1.1"

    def answer(self, status, text=""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def keys(self, key):
        self.answer(200, json.dumps({"Code": "Success", "AccessKeyId": key, "SecretAccessKey": SECRET, "Token": TOKEN, "Expiration": "2199-01-01T00:00:00Z"}))

    def do_PUT(self):
        self.answer(200, "imds-token") if self.path == "/latest/api/token" and self.headers["X-aws-ec2-metadata-token-ttl-seconds"] else self.answer(404)

    def do_GET(self):
        if self.path == "/agent?id=1":
            return self.keys("ASIABOX") if self.headers["Authorization"] == "agent-token" else self.answer(401)
        if self.headers["X-aws-ec2-metadata-token"] != "imds-token":
            return self.answer(401)
        roles = "/latest/meta-data/iam/security-credentials/"
        if self.path == roles:
            return self.answer(200, "web-role")
        return self.keys("ASIAINSTANCE") if self.path == roles + "web-role" else self.answer(404)

    def log_message(self, *_):
        pass


class AwsTarget(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.home = Path(tempfile.mkdtemp(prefix="berth-aws-"))
        cls.addClassCleanup(shutil.rmtree, cls.home, True)
        (cls.home / "stack").mkdir()
        (cls.home / "stack" / "main.ecs").write_text(STACK, encoding="utf-8")
        moto = cls.moto_server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        moto.start()
        cls.addClassCleanup(moto.stop)
        cls.moto = Proxy(moto.get_host_and_port()[1], is_moto=True)
        cls.addClassCleanup(cls.moto.close)

    def setUp(self):
        self.moto.take()

    def berth(self, *arguments, code=0, **variables):
        """Runs berth with these variables alone. No secret may be in what it prints."""
        environment = {"HOME": str(self.home), "PATH": os.environ["PATH"], "BERTH_LOG": "trace", "AWS_EC2_METADATA_DISABLED": "true", "AWS_ENDPOINT_URL": self.moto.url, **variables}
        done = subprocess.run([BERTH, *arguments], capture_output=True, text=True, timeout=120, env=environment, cwd=self.home, stdin=subprocess.DEVNULL, check=False)
        for secret in (SECRET, TOKEN, "agent-token", "imds-token", "web-identity-token"):
            self.assertNotIn(secret, done.stdout + done.stderr)
        if code is not None:
            self.assertEqual(done.returncode, code, f"berth {' '.join(arguments)}\n{done.stdout}\n{done.stderr}")
        return done

    def with_keys(self, *arguments, **more):
        return self.berth(*arguments, AWS_ACCESS_KEY_ID=KEY, AWS_SECRET_ACCESS_KEY=SECRET, AWS_SESSION_TOKEN=TOKEN, AWS_REGION=REGION, **more)

    def check_signatures(self, records, secret=SECRET):
        self.assertTrue(records)
        for record in records:
            given, computed = record.signature(secret)
            self.assertEqual(given, computed, record.operation)
            self.assertIn(f"/{REGION}/{record.service}/aws4_request", record.headers["authorization"])
        return [record.operation for record in records]

    def test_a_life_on_moto(self):
        aws = ("--target", "aws")
        first = self.with_keys("apply", "--yes", "--no-wait", *aws, "--env", "here", "stack")
        self.assertIn(f"Amazon ECS in {REGION}, account {ACCOUNT}, as arn:aws:sts::{ACCOUNT}:user/moto (credentials of AWS_ACCESS_KEY_ID)", first.stderr)
        records = self.moto.take()
        operations = self.check_signatures(records)
        self.assertEqual(operations[0], "GetCallerIdentity")
        for wanted in ("CreateCluster", "RegisterTaskDefinition", "CreateService"):
            self.assertEqual(operations.count(wanted), 1, operations)
        for record in records:
            self.assertEqual(record.headers["x-amz-security-token"], TOKEN)
            self.assertNotIn("berth_", record.headers.get("x-amz-target", "").lower())
        # A role by name is told by the ARN of the account that STS names.
        registered = next(json.loads(record.body) for record in records if record.operation == "RegisterTaskDefinition")
        self.assertEqual(registered["taskRoleArn"], f"arn:aws:iam::{ACCOUNT}:role/app")

        self.with_keys("plan", "--detailed-exitcode", *aws, "--env", "here", "stack")  # 2 where it is not empty
        self.with_keys("drift", *aws, "--env", "here", "stack")
        status = json.loads(self.with_keys("status", "--format", "json", *aws, "--env", "here", "stack").stdout)
        self.assertEqual([service["address"] for service in status["services"]], ["service.web"])
        self.with_keys("apply", "--yes", "--no-wait", *aws, "--env", "here", "--var", "level=debug", "stack")
        self.assertIn("web:2", self.with_keys("status", *aws, "--env", "here", "stack").stdout)
        self.with_keys("rollback", "web", "--yes", "--no-wait", *aws, "--env", "here", "stack")
        self.assertIn("web:1", self.with_keys("status", *aws, "--env", "here", "stack").stdout)
        self.with_keys("restart", "web", "--yes", "--no-wait", *aws, "--env", "here", "stack")
        self.check_signatures(self.moto.take())
        # A plan's file belongs to the account and the target it was made for.
        self.with_keys("plan", "--out", "saved", *aws, "--env", "here", "--var", "level=warn", "stack")
        self.assertIn("this plan was made for the target `aws`", self.with_keys("apply", "--yes", "--target", "local", "saved", code=64).stderr)
        self.with_keys("apply", "--yes", "--no-wait", "saved")
        self.with_keys("destroy", "--yes", *aws, "--env", "here", "stack")
        self.assertNotIn("service.web", self.with_keys("status", *aws, "--env", "here", "stack").stdout)
        self.check_signatures(self.moto.take())

    def test_the_same_stack_on_an_engine_that_checks_signatures(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        engine = Engine(options=["--listen", f"127.0.0.1:{port}"])
        self.addCleanup(engine.close)
        proxy = Proxy(port)
        self.addCleanup(proxy.close)
        keys = Path(engine.directory, "d", "credentials").read_text(encoding="utf-8")
        secret = next(line.split(" = ")[1] for line in keys.splitlines() if line.startswith("aws_secret_access_key"))
        shared = {"AWS_SHARED_CREDENTIALS_FILE": os.path.join(engine.directory, "d", "credentials"), "AWS_PROFILE": "berth", "AWS_REGION": REGION, "AWS_ENDPOINT_URL_ECS": proxy.url}

        def berth(*arguments, **more):
            done = self.berth(*arguments, "--target", "aws", "--env", "here", "stack", **shared, **more)
            self.assertNotIn(secret, done.stdout + done.stderr)
            return done

        berth("apply", "--yes")  # waits until it is stable
        self.assertIn("2/2 running", berth("status").stdout)
        self.assertEqual(berth("plan", "--detailed-exitcode").returncode, 0)
        self.assertEqual(berth("drift").returncode, 0)
        berth("restart", "web", "--yes")
        self.assertIn("deployments", berth("history", "web").stdout)
        berth("destroy", "--yes")
        self.assertEqual({record.service for record in proxy.records}, {"ecs"})
        self.check_signatures(proxy.take(), secret)
        # What the engine was told by its own socket is the same.
        local = {"BERTH_ENGINE": "unix://" + engine.socket}
        self.berth("apply", "--yes", "--env", "here", "stack", **local)
        self.assertEqual(self.berth("plan", "--detailed-exitcode", "--env", "here", "stack", **local).returncode, 0)

    def test_an_environment_elsewhere_is_refused_before_anything_is_asked(self):
        for command in (("apply", "--yes"), ("plan",), ("destroy", "--yes"), ("drift",), ("status",)):
            account = self.with_keys(*command, "--env", "other_account", "stack", code=1)
            self.assertIn("the environment `other_account` is of the account 210987654321", account.stderr)
            self.assertIn(f"are of the account {ACCOUNT}", account.stderr)
            region = self.with_keys(*command, "--env", "other_region", "stack", code=1)
            self.assertIn("the environment `other_region` is of the region eu-west-1, and AWS_REGION says us-east-1", region.stderr)
            self.assertEqual({record.operation for record in self.moto.take()}, {"GetCallerIdentity"})
        self.assertIn("to add", self.with_keys("plan", "--env", "aws_prod", "stack").stdout)

    def test_flags_that_do_not_fit_the_target(self):
        self.assertIn("`--engine` names a local engine", self.with_keys("plan", "--target", "aws", "--env", "here", "--engine", "unix:///x", "stack", code=64).stderr)
        self.assertIn("`--region` is for Amazon ECS", self.with_keys("plan", "--env", "here", "--region", "eu-west-1", "stack", code=64).stderr)
        self.assertIn("Amazon ECS keeps no output of containers", self.with_keys("logs", "web", "--target", "aws", "--env", "here", "stack", code=1).stderr)

    @unittest.skipUnless(shutil.which("openssl"), "the openssl command is not installed")
    def test_certificates_are_checked_against_the_bundle(self):
        key, certificate = self.home / "key.pem", self.home / "certificate.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
                        "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        proxy = Proxy(self.moto_server.get_host_and_port()[1], is_moto=True, tls=context)
        self.addCleanup(proxy.close)
        status = ("status", "--target", "aws", "--env", "here", "stack")
        unknown = self.with_keys(*status, code=1, AWS_ENDPOINT_URL=proxy.url, AWS_MAX_ATTEMPTS="1")
        self.assertIn("certificate", unknown.stderr)
        self.assertEqual(proxy.take(), [])
        self.with_keys(*status, AWS_ENDPOINT_URL=proxy.url, AWS_CA_BUNDLE=str(certificate))
        self.check_signatures(proxy.take())

    def test_no_credentials_and_no_region(self):
        nothing = self.berth("status", "--target", "aws", "--env", "here", "stack", code=1, AWS_REGION=REGION)
        self.assertIn("no AWS credentials: AWS_ACCESS_KEY_ID, AWS_WEB_IDENTITY_TOKEN_FILE and AWS_CONTAINER_CREDENTIALS_… are not set", nothing.stderr)
        nowhere = self.berth("status", "--target", "aws", "--env", "here", "stack", code=1, AWS_ACCESS_KEY_ID=KEY, AWS_SECRET_ACCESS_KEY=SECRET)
        self.assertIn("no AWS region: there is no --region", nowhere.stderr)
        self.assertEqual(self.moto.take(), [])

    def test_credentials_of_servers(self):
        with contextlib.ExitStack() as stack:
            server = stack.enter_context(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Keys))
            threading.Thread(target=server.serve_forever, daemon=True).start()
            stack.callback(server.shutdown)
            url = f"http://127.0.0.1:{server.server_port}"
            (self.home / "agent").write_text("agent-token", encoding="utf-8")
            instance = {"AWS_EC2_METADATA_DISABLED": "", "AWS_EC2_METADATA_SERVICE_ENDPOINT": url}
            container = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": url + "/agent?id=1", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(self.home / "agent")}
            for key, variables in (("ASIAINSTANCE", instance), ("ASIABOX", container), ("ASIABOX", {**instance, **container})):
                self.berth("status", "--target", "aws", "--env", "here", "stack", AWS_REGION=REGION, **variables)
                records = self.moto.take()
                self.check_signatures(records)
                for record in records:
                    self.assertIn(f"Credential={key}/", record.headers["authorization"])
                    self.assertEqual(record.headers["x-amz-security-token"], TOKEN)

    def test_credentials_of_sts(self):
        (self.home / ".aws").mkdir(exist_ok=True)
        (self.home / ".aws" / "config").write_text(f"""
[default]
region = {REGION}
[profile base]
aws_access_key_id = {KEY}
aws_secret_access_key = {SECRET}
[profile admin]
region = {REGION}
role_arn = arn:aws:iam::{ACCOUNT}:role/admin
source_profile = base
role_session_name = me
""", encoding="utf-8")
        self.addCleanup(shutil.rmtree, self.home / ".aws")
        (self.home / "token").write_text("web-identity-token\n", encoding="utf-8")
        self.berth("status", "--target", "aws", "--env", "here", "stack", "--profile", "admin")
        records = self.moto.take()
        self.assertEqual([record.operation for record in records][:2], ["AssumeRole", "GetCallerIdentity"])
        self.check_signatures(records[:1])
        self.assertIn(f"Credential={KEY}/", records[0].headers["authorization"])
        for record in records[1:]:
            self.assertNotIn(KEY, record.headers["authorization"])
            self.assertIn("x-amz-security-token", record.headers)
        self.berth("status", "--target", "aws", "--env", "here", "stack", AWS_ROLE_ARN=f"arn:aws:iam::{ACCOUNT}:role/pod", AWS_WEB_IDENTITY_TOKEN_FILE=str(self.home / "token"))
        records = self.moto.take()
        self.assertEqual(records[0].operation, "AssumeRoleWithWebIdentity")
        self.assertNotIn("authorization", records[0].headers)


if __name__ == "__main__":
    unittest.main()
