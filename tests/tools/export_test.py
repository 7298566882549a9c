"""What `berth export` writes is taken by those it is for: requests by botocore's validation, templates by cfn-lint, compose files by docker-compose.

Exported are all examples, every program of tests/golden/ir, and what BERTH_CORPUS, where it is set, has of others' documents. BERTH_PROGRAM is the berth to run; ctest sets it.
"""
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from export_requests import AHEAD_OF_MODEL, OPERATIONS, SERVICES
from terraform_arguments import ARGUMENTS, unknown_arguments

ROOT = Path(__file__).resolve().parent.parent.parent
BERTH = os.environ.get("BERTH_PROGRAM", "")
CORPUS = Path(os.environ.get("BERTH_CORPUS") or "/nonexistent")
SOURCE_ERRORS = 65

try:
    import botocore.session
    import botocore.validate
except ImportError:
    botocore = None


def sections(case):
    """The sections of a case by name."""
    parts = re.split(r"^-- (.+) --\n", case, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, **options)


class Stacks:
    """Directories with a stack each, and the flags it needs."""

    def __init__(self, directory):
        self.all = []
        self.others = set()
        for example in sorted((ROOT / "examples").iterdir()):
            environments = re.findall(r"^environment (\w+)", "".join(f.read_text() for f in example.glob("*.ecs")), re.M)
            for environment in environments or [""]:
                self.all.append((f"{example.name}-{environment}", example, ["--env", environment] if environment else []))
        for case in sorted((ROOT / "tests" / "golden" / "ir").glob("*.case")):
            parts = sections(case.read_text())
            place = directory / case.stem
            for name, text in parts.items():
                if name.endswith(".ecs") or name.endswith("berth.lock"):
                    (place / name).parent.mkdir(parents=True, exist_ok=True)
                    (place / name).write_text(text)
            flags = [flag for line in parts.get("vars.txt", "").splitlines() if "=" in line for flag in ("--var", line)]
            flags += ["--env", parts["env.txt"].strip()] if "env.txt" in parts else []
            self.all.append((case.stem, place, flags))
        for document in sorted(CORPUS.glob("*/*")) if CORPUS.is_dir() else []:
            place = directory / document.stem
            # What cannot be imported is for the import's tests to say.
            if run(BERTH, "import", "--out", str(place), str(document)).returncode == 0:
                self.all.append((document.stem, place, []))
                self.others.add(document.stem)


@unittest.skipUnless(BERTH and os.access(BERTH, os.X_OK), "BERTH_PROGRAM names no berth")
class Export(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = Path(tempfile.mkdtemp(prefix="berth-export-"))
        stacks = Stacks(cls.directory / "stacks")
        cls.stacks, cls.others = stacks.all, stacks.others

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.directory, ignore_errors=True)

    def export(self, target):
        """(name of the stack, its files) for each stack."""
        for name, place, flags in self.stacks:
            out = self.directory / target / name
            done = run(BERTH, "export", "--to", target, "--out", str(out), *flags, str(place))
            if done.returncode == SOURCE_ERRORS:
                continue  # that every example compiles is for other tests to say; here enough of them must
            self.assertEqual(done.returncode, 0, f"{name}: {done.stdout}{done.stderr}")
            yield name, sorted(out.iterdir())

    @unittest.skipUnless(botocore, "botocore is not installed")
    def test_requests_pass_the_validation_of_botocore(self):
        models = {service: botocore.session.get_session().get_service_model(service) for service in SERVICES}
        validated = dict.fromkeys(models, 0)
        for name, files in self.export("taskdef"):
            for file in files:
                service, operation = OPERATIONS[re.match(r"\d-([a-z-]+)\.", file.name)[1]]
                model = models[service]
                request = json.loads(file.read_text())
                report = botocore.validate.ParamValidator().validate(request, model.operation_model(operation).input_shape)
                self.assertFalse(report.has_errors(), f"{name} {file.name}: {report.generate_report()}")
                unknown = set(self.unknown(request, model.operation_model(operation).input_shape)) - AHEAD_OF_MODEL
                self.assertEqual(unknown, set(), f"{name} {file.name}")
                validated[service] += 1
        self.assertGreater(validated["ecs"], 50)
        for service in SERVICES - {"ecs"}:
            self.assertGreater(validated[service], 0, service)

    def unknown(self, value, shape):
        """Members that the model does not have: botocore itself lets them pass in nested structures of some versions."""
        if isinstance(value, list):
            for item in value:
                yield from self.unknown(item, shape.member)
        elif isinstance(value, dict) and shape.type_name == "structure" and not getattr(shape, "is_document_type", False):
            for key, member in value.items():
                if key in shape.members:
                    yield from self.unknown(member, shape.members[key])
                else:
                    yield key

    @unittest.skipUnless(shutil.which("cfn-lint"), "cfn-lint is not installed")
    def test_templates_have_no_errors_for_cfn_lint(self):
        templates = []
        for index, (name, files) in enumerate(self.export("cloudformation")):
            # A stack of externs alone has nothing to deploy. cfn-lint takes its time: every third of others' documents is enough.
            for file in files:
                if json.loads(file.read_text())["Resources"] and (name not in self.others or index % 3 == 0):
                    templates.append(str(file))
        done = run("cfn-lint", "--format", "json", "--regions", "eu-west-1", "--", *templates)
        # Ids of subnets and groups are the files' own, and those in cases are invented; others' documents have words to fill in for roles.
        invented = ("E1150", "E1154", "E1156", "E3511")
        found = [e for e in json.loads(done.stdout or "[]") if e["Rule"]["Id"] not in invented[: 4 if Path(e["Filename"]).parent.name in self.others else 2]]
        errors = [f"{e['Filename']}: {e['Rule']['Id']} {e['Message']} at {'/'.join(map(str, e['Location'].get('Path') or []))}" for e in found if e["Level"] == "Error"]
        self.assertEqual(errors, [], "\n".join(errors))
        self.assertGreater(len(templates), 20)

    @unittest.skipUnless(shutil.which("docker-compose"), "docker-compose is not installed (Debian: docker-compose)")
    def test_compose_files_are_read_by_docker_compose(self):
        read = 0
        for name, files in self.export("compose"):
            text = files[0].read_text()
            variables = dict.fromkeys(re.findall(r"(?<!\$)\$\{([A-Z0-9_]+):\?", text), "x")
            if "services: {}" in text:
                continue
            done = run("docker-compose", "-f", str(files[0]), "config", "-q", env={**os.environ, **variables})
            self.assertEqual(done.returncode, 0, f"{name}: {done.stderr}\n{text}")
            read += 1
        self.assertGreater(read, 15)

    def test_terraform_configurations_have_the_provider_s_arguments_and_refer_to_what_they_declare(self):
        for name, files in self.export("terraform"):
            text = files[0].read_text()
            document = json.loads(text)
            for kind, label in re.findall(r"(?<!data\.)\b(aws_(?:ecs|appautoscaling|scheduler|cloudwatch)\w+)\.(\w+)(?:\.|\")", text):
                self.assertIn(label, document["resource"].get(kind, {}), f"{name}: {kind}.{label}")
            for kind, label in re.findall(r"data\.(aws_\w+)\.(\w+)\.", text):
                self.assertIn(label, document["data"].get(kind, {}), f"{name}: data.{kind}.{label}")
            for variable in re.findall(r"var\.(\w+)", text):
                self.assertIn(variable, document["variable"], name)
            for kind, resources in document["resource"].items():
                for label, resource in resources.items():
                    self.assertIn(kind, ARGUMENTS, name)
                    self.assertEqual(list(unknown_arguments(resource, ARGUMENTS[kind], f"{kind}.{label}")), [], name)
                    if kind == "aws_ecs_task_definition" and "${" not in resource["container_definitions"]:
                        json.loads(resource["container_definitions"])


if __name__ == "__main__":
    unittest.main()
