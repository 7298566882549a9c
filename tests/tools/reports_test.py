"""What CI systems read of berth is as their formats say: SARIF 2.1.0 of `berth check`, JUnit XML of `berth test`."""
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BERTH = os.environ.get("BERTH_PROGRAM", "")
# Object of SARIF 2.1.0 -> (what it has to have, what it may have; of the official schema the part that is written). No other property is known here.
SARIF = {
    "log": ({"version": str, "runs": ["run"]}, {"$schema": str}),
    "run": ({"tool": "tool"}, {"results": ["result"], "columnKind": {"utf16CodeUnits", "unicodeCodePoints"}}),
    "tool": ({"driver": "driver"}, {}),
    "driver": ({"name": str}, {"version": str, "informationUri": str, "rules": ["rule"]}),
    "rule": ({"id": str}, {"shortDescription": "message", "fullDescription": "message", "help": "message", "helpUri": str, "defaultConfiguration": "configuration"}),
    "configuration": ({}, {"level": {"none", "note", "warning", "error"}}),
    "result": ({"message": "message"}, {"ruleId": str, "ruleIndex": int, "level": {"none", "note", "warning", "error"}, "locations": ["location"],
                                        "relatedLocations": ["location"], "fixes": ["fix"]}),
    "message": ({"text": str}, {"markdown": str}),
    "location": ({}, {"id": int, "physicalLocation": "physical", "message": "message"}),
    "physical": ({"artifactLocation": "artifact"}, {"region": "region", "contextRegion": "region"}),
    "artifact": ({"uri": str}, {"uriBaseId": str}),
    "region": ({"startLine": int}, {"startColumn": int, "endLine": int, "endColumn": int, "snippet": "message"}),
    "fix": ({"artifactChanges": ["change"]}, {"description": "message"}),
    "change": ({"artifactLocation": "artifact", "replacements": ["replacement"]}, {}),
    "replacement": ({"deletedRegion": "region"}, {"insertedContent": "content"}),
    "content": ({"text": str}, {}),
}


def faults(kind, value, path):
    """What is wrong with `value` as an object, list or text of the format."""
    if isinstance(kind, list):
        if not isinstance(value, list):
            return [f"{path} is no list"]
        return [fault for i, item in enumerate(value) for fault in faults(kind[0], item, f"{path}[{i}]")]
    if isinstance(kind, set):
        return [] if value in kind else [f"{path} is {value!r}"]
    if isinstance(kind, type):
        return [] if isinstance(value, kind) and not isinstance(value, bool) else [f"{path} is {value!r}"]
    if not isinstance(value, dict):
        return [f"{path} is no object"]
    needed, allowed = SARIF[kind]
    found = [f"{path} has no {name}" for name in needed if name not in value]
    for name, member in value.items():
        known = {**needed, **allowed}
        found += faults(known[name], member, f"{path}.{name}") if name in known else [f"{path}.{name} is not known"]
    if kind == "region":
        end = (value.get("endLine", value.get("startLine", 0)), value.get("endColumn", 1 << 30))
        if value.get("startLine", 0) < 1 or value.get("startColumn", 1) < 1 or end < (value.get("startLine", 0), value.get("startColumn", 1)):
            found.append(f"{path} is no region: {value}")
    if kind == "artifact" and not re.fullmatch(r"(file:///)?[^\s\\<>\"{}|^`]+", value["uri"]):
        found.append(f"{path}.uri is {value['uri']!r}")
    return found


def run(*command):
    return subprocess.run([BERTH, *command], capture_output=True, text=True, encoding="utf-8", timeout=120, check=False)


@unittest.skipUnless(BERTH and os.access(BERTH, os.X_OK), "BERTH_PROGRAM names no berth")
class Reports(unittest.TestCase):
    def setUp(self):
        self.directory = Path(tempfile.mkdtemp(prefix="berth-reports-"))

    def tearDown(self):
        shutil.rmtree(self.directory, ignore_errors=True)

    def write(self, place, case):
        """The .ecs sections of a case below a directory."""
        parts = re.split(rb"^-- (.+) --\n", case.read_bytes(), flags=re.M)
        for name, text in zip((name.decode() for name in parts[1::2]), parts[2::2]):
            if name.endswith(".ecs"):
                (place / name).parent.mkdir(parents=True, exist_ok=True)
                (place / name).write_bytes(text)

    def test_sarif_is_what_the_schema_takes(self):
        results = 0
        fixes = 0
        for case in sorted((ROOT / "tests" / "golden" / "diagnostics").glob("*.case"))[::4]:
            place = self.directory / f"{case.stem} ä%"  # a blank, a letter beyond ASCII and a percent sign have to be escaped in addresses
            place.mkdir()
            self.write(place, case)
            done = run("check", "--format", "sarif", str(place))
            with self.subTest(case=case.name):
                log = json.loads(done.stdout)
                self.assertEqual(faults("log", log, "log"), [])
                self.assertEqual(log["version"], "2.1.0")
                for sarif in log["runs"]:
                    rules = sarif["tool"]["driver"]["rules"]
                    self.assertEqual(len({rule["id"] for rule in rules}), len(rules), "a rule twice")
                    for result in sarif.get("results", []):
                        self.assertEqual(rules[result["ruleIndex"]]["id"], result["ruleId"])
                        results += 1
                        fixes += len(result.get("fixes", []))
        self.assertGreater(results, 20)
        self.assertGreater(fixes, 5)

    def test_junit_is_well_formed_and_counts_right(self):
        (self.directory / "main.ecs").write_text('''stack shop { }
test "a < b & \\"c\\" \\u{7} ü" { assert 1 == 2, "no: <&> ]]> \\u{1}" }
test "good" { assert 1 == 1, "fine" }
''', encoding="utf-8")
        report = self.directory / "report.xml"
        done = run("test", "--junit", str(report), str(self.directory))
        self.assertNotEqual(done.returncode, 0)
        suites = ElementTree.fromstring(report.read_bytes())
        self.assertEqual(suites.tag, "testsuites")
        for suite in suites:
            self.assertEqual(suite.tag, "testsuite")
            cases = list(suite)
            self.assertEqual({case.tag for case in cases}, {"testcase"})
            counted = {"tests": len(cases), "failures": sum(case.find("failure") is not None for case in cases), "errors": sum(case.find("error") is not None for case in cases),
                       "skipped": sum(case.find("skipped") is not None for case in cases)}
            self.assertEqual({name: int(suite.get(name)) for name in counted}, counted)
            for case in cases:
                self.assertTrue(case.get("name") and case.get("classname"), case.attrib)
                self.assertGreaterEqual(float(case.get("time", "0")), 0)
                self.assertLessEqual({child.tag for child in case}, {"failure", "error", "skipped", "system-out", "system-err"})
        failed = [case for case in suites.iter("testcase") if case.find("failure") is not None]
        self.assertEqual(len(failed), 1)
        self.assertTrue(failed[0].get("name").startswith('a < b & "c"'))
        self.assertIn("no: <&> ]]>", failed[0].find("failure").get("message"))
        self.assertEqual([case.get("name") for case in suites.iter("testcase") if len(case) == 0], ["good"])


if __name__ == "__main__":
    unittest.main()
