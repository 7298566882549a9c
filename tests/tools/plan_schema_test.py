"""docs/plan.schema.json: every plan in JSON among the golden cases is as it says, and it refuses what is not."""
import copy
import json
import re
import unittest
from pathlib import Path

try:
    import jsonschema
except ImportError:
    jsonschema = None

ROOT = Path(__file__).resolve().parent.parent.parent
SCHEMA = json.loads((ROOT / "docs" / "plan.schema.json").read_text(encoding="utf-8"))


def sections(case):
    parts = re.split(r"^-- (.+) --\n", case.read_text(encoding="utf-8", errors="replace"), flags=re.M)
    return zip(parts[1::2], parts[2::2])


def plans():
    """Case -> each plan in JSON that it expects; of the suite `cli` what a command line prints."""
    for case in sorted((ROOT / "tests" / "golden" / "plan").rglob("*.case")):
        for name, text in sections(case):
            if name == "plan.json" and text.strip():
                yield case.name, json.loads(text)
    for case in sorted((ROOT / "tests" / "golden" / "cli").rglob("*.case")):
        for name, text in sections(case):
            if name != "output":
                continue
            for printed in re.findall(r"^\{\n.*?^\}$", text, flags=re.M | re.S):
                document = json.loads(re.sub(r"<hash:\d+>", "0" * 64, printed))
                if "resource_changes" in document:
                    yield case.name, document


def objects(value, path=()):
    """Every object in a document, with its path."""
    if isinstance(value, dict):
        yield path, value
        for name, member in value.items():
            yield from objects(member, (*path, name))
    elif isinstance(value, list):
        for i, member in enumerate(value):
            yield from objects(member, (*path, i))


def is_free(path):
    """Whether it is the user's: what stands in bodies and values has ir.schema.json."""
    return any(name in ("before", "after", "value", "diagnostics", "after_unknown") for name in path) or path[-1:] == ("outputs",)


@unittest.skipIf(jsonschema is None, "there is no python3-jsonschema")
class PlanSchema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)
        cls.validator = jsonschema.Draft202012Validator(SCHEMA)

    def faults(self, plan):
        return [f"{'/'.join(str(part) for part in error.absolute_path)}: {error.message[:300]}" for error in self.validator.iter_errors(plan)]

    def test_every_plan_of_the_cases_is_as_the_schema_says(self):
        found = {}
        for case, plan in plans():
            with self.subTest(case=case):
                self.assertEqual(self.faults(plan), [])
            found[case] = found.get(case, 0) + 1
        self.assertGreaterEqual(len(found), 15, found)
        self.assertIn("show_plan.case", found)

    def test_each_part_of_the_schema_is_seen_in_some_plan(self):
        seen = {name for _, plan in plans() for _, value in objects(plan) for name in value}
        wanted = {name for definition in [SCHEMA, *SCHEMA["$defs"].values()] for _, part in objects(definition) for name in part.get("properties", {})}
        self.assertEqual(wanted - seen, set())

    def test_an_unknown_or_a_missing_member_is_refused(self):
        plan = max((plan for _, plan in plans() if any("rollout" in row for row in plan["resource_changes"])), key=lambda plan: len(json.dumps(plan)))
        checked = 0
        for path, _ in objects(plan):
            if is_free(path):
                continue
            broken = copy.deepcopy(plan)
            at = broken
            for part in path:
                at = at[part]
            at["surprise"] = 1
            with self.subTest(path=path):
                self.assertNotEqual(self.faults(broken), [])
            checked += 1
        self.assertGreater(checked, 10)
        for name in SCHEMA["required"]:
            with self.subTest(missing=name):
                self.assertNotEqual(self.faults({key: value for key, value in plan.items() if key != name}), [])


if __name__ == "__main__":
    unittest.main()
