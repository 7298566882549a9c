"""What the compiler accepts beside each rule is accepted by others who know ECS: every valid neighbour of tests/golden/rules becomes requests, which
botocore validates and moto registers.

golden_rules, beside the berth that BERTH_PROGRAM names, compiles and exports them all in one process a file.
"""
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from export_requests import OPERATIONS, SERVICES, without_news

ROOT = Path(__file__).resolve().parent.parent.parent
SUITE = Path(os.environ.get("BERTH_PROGRAM", "berth")).with_name("golden_rules")
CASES = sorted((ROOT / "tests" / "golden" / "rules").glob("*.case"))

try:
    import botocore.session
    import botocore.validate
except ImportError:
    botocore = None
try:
    import boto3
    import moto
except ImportError:
    moto = None


def outside_enumerations(value, shape):
    """Texts that are none of those that the model lists; botocore lets them pass."""
    if isinstance(value, list):
        for item in value:
            yield from outside_enumerations(item, shape.member)
    elif isinstance(value, dict) and shape.type_name == "structure" and not getattr(shape, "is_document_type", False):
        for key, member in value.items():
            if key in shape.members:
                yield from outside_enumerations(member, shape.members[key])
    elif isinstance(value, str) and getattr(shape, "enum", None) and value not in shape.enum:
        yield value


@unittest.skipUnless(os.access(SUITE, os.X_OK), f"no {SUITE}")
class Requests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = Path(tempfile.mkdtemp(prefix="berth-rules-"))
        done = subprocess.run([SUITE, *CASES], env={**os.environ, "BERTH_RULES_OUT": str(cls.directory)}, capture_output=True, text=True, timeout=600, check=False)
        if done.returncode != 0:
            raise AssertionError(f"golden_rules fails:\n{done.stdout}{done.stderr}")
        cls.requests = []
        for file in sorted(cls.directory.glob("*/*.json")):
            service, operation = OPERATIONS[re.match(r"\d-([a-z-]+)\.", file.name)[1]]
            cls.requests.append((f"{file.parent.name} {file.name}", service, operation, json.loads(file.read_text())))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.directory, ignore_errors=True)

    @unittest.skipUnless(botocore, "botocore is not installed")
    def test_botocore_validates_them(self):
        session = botocore.session.get_session()
        models = {service: session.get_service_model(service) for service in SERVICES}
        definitions = 0
        for name, service, operation, request in self.requests:
            shape = models[service].operation_model(operation).input_shape
            with self.subTest(request=name):
                report = botocore.validate.ParamValidator().validate(without_news(request), shape)
                self.assertFalse(report.has_errors(), report.generate_report())
                self.assertEqual(set(outside_enumerations(request, shape)), set(), "values that the model does not list")
            definitions += operation == "RegisterTaskDefinition"
        self.assertGreaterEqual(definitions, 400)

    @unittest.skipUnless(moto, "moto is not installed")
    def test_moto_registers_the_task_definitions(self):
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "eu-central-1"}
        with moto.mock_aws():
            client = boto3.client("ecs", **keys)
            for name, _, operation, request in self.requests:
                if operation != "RegisterTaskDefinition":
                    continue
                with self.subTest(request=name):
                    answer = client.register_task_definition(**request)["taskDefinition"]
                    self.assertEqual(answer["family"], request["family"])
                    self.assertEqual([c["name"] for c in answer["containerDefinitions"]], [c["name"] for c in request["containerDefinitions"]])


if __name__ == "__main__":
    unittest.main()
