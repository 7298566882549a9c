"""`berth explain ADDRESS.FIELD` knows where each value of the production example comes from, in each of its environments."""
import json
import os
import re
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BERTH = os.environ.get("BERTH_PROGRAM", "")
EXAMPLE = "examples/shop"


def run(*command):
    done = subprocess.run([BERTH, *command, EXAMPLE], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def leaves(value, path):
    """The paths of a body that hold a value and no further settings."""
    if isinstance(value, dict) and not any(key.startswith("$") for key in value):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}")
    else:
        yield path


@unittest.skipUnless(BERTH and os.access(BERTH, os.X_OK), "BERTH_PROGRAM names no berth")
class Explain(unittest.TestCase):
    def test_each_value_of_the_example_has_a_chain(self):
        lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in (ROOT / EXAMPLE).rglob("*.ecs")}
        environments = re.findall(r"^environment (\w+)", "".join(path.read_text(encoding="utf-8") for path in lines), re.M)
        self.assertGreaterEqual(set(environments), {"dev", "prod"})
        explained = 0
        for environment in environments:
            program = run("compile", "--emit=ir", "--no-origins", "--env", environment)
            for resource in program["resources"]:
                address = resource["address"]
                fields = {field["field"]: field for field in run("explain", address, "--env", environment, "--format", "json")["fields"]}
                for path in leaves(resource["body"], address):
                    with self.subTest(environment=environment, path=path):
                        self.assertTrue(any(path == field or path.startswith(field + ".") for field in fields), "nothing explains it")
                for name, field in fields.items():
                    with self.subTest(environment=environment, field=name):
                        self.assertTrue(field["layers"], "no chain")
                        self.assertEqual(field["layers"][0]["value"], field["value"], "what wins is not the value")
                        for layer in field["layers"]:
                            self.assertTrue(layer["how"])
                            place = re.fullmatch(r"(.+\.ecs):(\d+):(\d+)", layer["place"])
                            if place is None or place[1].startswith("std/"):
                                self.assertRegex(layer["place"] + layer["how"], r"default|std/|derived", layer)
                                continue
                            self.assertLessEqual(int(place[2]), lines[ROOT / place[1]], layer)
                        explained += 1
        self.assertGreater(explained, 369)


if __name__ == "__main__":
    unittest.main()
