"""Over TCP the engine takes only requests signed with its keys: the AWS CLI and boto3 work with the profile it wrote, everything else is refused."""
import datetime
import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import unittest
import urllib.error
import urllib.request

from engine import Engine

try:
    import boto3
    import botocore.auth
    import botocore.awsrequest
    import botocore.credentials
except ImportError:
    boto3 = None

OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
TARGET = "AmazonEC2ContainerServiceV20141113.ListClusters"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def signed(url, key, secret, body=b"{}", region="us-east-1", at=None):
    """The headers with which botocore signs."""
    class At(botocore.auth.SigV4Auth):
        def add_auth(self, request):
            request.context["timestamp"] = at.strftime("%Y%m%dT%H%M%SZ")
            self._modify_request_before_signing(request)
            canonical = self.canonical_request(request)
            self._inject_signature_to_request(request, self.signature(self.string_to_sign(request, canonical), request))

    at = at or datetime.datetime.utcnow()
    request = botocore.awsrequest.AWSRequest("POST", url + "/", data=body, headers={
        "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": TARGET, "Host": url.removeprefix("http://")})
    At(botocore.credentials.Credentials(key, secret), "ecs", region).add_auth(request)
    return dict(request.headers.items())


class Signatures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        port = free_port()
        cls.url = f"http://127.0.0.1:{port}"
        cls.engine = Engine(options=["--listen", f"127.0.0.1:{port}"])
        cls.engine.call("CreateCluster", {"clusterName": "main"})
        cls.path = os.path.join(cls.engine.directory, "d", "credentials")
        with open(cls.path, encoding="utf-8") as file:
            values = dict(line.split(" = ") for line in file.read().splitlines() if " = " in line)
        cls.key, cls.secret = values["aws_access_key_id"], values["aws_secret_access_key"]

    @classmethod
    def tearDownClass(cls):
        cls.engine.close()

    def send(self, headers, body=b"{}", path="/"):
        """(status, JSON) of a request as it is."""
        request = urllib.request.Request(self.url + path, data=body, method="POST",
                                         headers={"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": TARGET, **headers})
        try:
            with OPENER.open(request, timeout=30) as response:
                return response.status, json.loads(response.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def refused(self, code, headers, **more):
        status, body = self.send(headers, **more)
        self.assertEqual((status, body.get("__type")), (400, code), body)

    def signed(self, key=None, secret=None, **more):
        return signed(self.url, key or self.key, secret or self.secret, **more)

    def test_the_keys_are_the_owners_alone(self):
        self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o600)

    def test_what_is_not_signed_is_refused(self):
        self.refused("MissingAuthenticationTokenException", {})
        self.refused("MissingAuthenticationTokenException", {}, path="/berth/EngineStatus")
        self.refused("IncompleteSignatureException", {"Authorization": "Bearer x"})

    @unittest.skipUnless(boto3, "boto3 (python3-boto3) is not installed")
    def test_boto3_works(self):
        client = boto3.client("ecs", endpoint_url=self.url, region_name="us-east-1", aws_access_key_id=self.key, aws_secret_access_key=self.secret)
        self.assertEqual(len(client.list_clusters()["clusterArns"]), 1)
        logs = boto3.client("logs", endpoint_url=self.url, region_name="us-east-1", aws_access_key_id=self.key, aws_secret_access_key=self.secret)
        self.assertEqual(logs.describe_log_groups()["logGroups"], [])

    @unittest.skipUnless(boto3, "boto3 (python3-boto3) is not installed")
    def test_what_is_wrongly_signed_is_refused(self):
        self.assertEqual(self.send(self.signed())[0], 200)
        now = datetime.datetime.utcnow()
        self.refused("InvalidSignatureException", self.signed(secret="wrong"))
        self.refused("UnrecognizedClientException", self.signed(key="OTHER"))
        self.refused("InvalidSignatureException", self.signed(at=now - datetime.timedelta(minutes=20)))
        self.refused("InvalidSignatureException", self.signed(at=now + datetime.timedelta(minutes=20)))
        self.refused("InvalidSignatureException", self.signed(region="eu-west-1"))
        self.refused("InvalidSignatureException", self.signed(), body=b'{"maxResults": 1}')
        self.refused("InvalidSignatureException", self.signed(), path="/berth/EngineStatus")
        self.refused("InvalidSignatureException", {**self.signed(), "X-Amz-Target": TARGET.replace("ListClusters", "DeleteCluster")})

    @unittest.skipUnless(shutil.which("aws"), "the AWS CLI (awscli) is not installed")
    def test_the_aws_cli_works_with_the_profile(self):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        profile = {**kept, "AWS_SHARED_CREDENTIALS_FILE": self.path, "AWS_PROFILE": "berth", "AWS_CONFIG_FILE": "/dev/null", "AWS_PAGER": "",
                   "AWS_EC2_METADATA_DISABLED": "true", "NO_PROXY": "127.0.0.1"}

        def aws(*arguments, **environment):
            return subprocess.run(["aws", "--endpoint-url", self.url, "--output", "json", *arguments], capture_output=True, text=True, timeout=120,
                                  env={**profile, **environment}, check=False)

        done = aws("ecs", "list-clusters")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(json.loads(done.stdout)["clusterArns"]), 1)
        self.assertEqual(aws("logs", "describe-log-groups").returncode, 0)
        del profile["AWS_PROFILE"]
        wrong = aws("ecs", "list-clusters", AWS_ACCESS_KEY_ID=self.key, AWS_SECRET_ACCESS_KEY="wrong", AWS_DEFAULT_REGION="us-east-1")
        self.assertIn("InvalidSignatureException", wrong.stderr)


if __name__ == "__main__":
    sys.exit(unittest.main())
