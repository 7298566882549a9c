"""api/fidelity.yaml is true: each member of a request has one place, what is refused is refused, what is stored comes back, and the page says it."""
import sys
import unittest

import fidelity
from engine import DEFINITION, Refused, Stage, merged

MODEL, TABLE = fidelity.load()
# Where what an operation stored is seen: the operation that describes it, the request for it, and where in the answer it is.
SEEN_IN = {
    "CreateCluster": lambda stage, made: stage.engine.call("DescribeClusters", {
        "clusters": [made["cluster"]["clusterName"]], "include": ["SETTINGS", "CONFIGURATIONS"]})["clusters"][0],
    "CreateCapacityProvider": lambda stage, made: stage.engine.call("DescribeCapacityProviders", {
        "capacityProviders": [made["capacityProvider"]["name"]]})["capacityProviders"][0],
    "PutAccountSetting": lambda stage, made: stage.engine.call("ListAccountSettings", {"name": made["setting"]["name"]})["settings"][0],
    "RegisterTaskDefinition": lambda stage, made: stage.engine.call("DescribeTaskDefinition", {
        "taskDefinition": made["taskDefinition"]["taskDefinitionArn"]})["taskDefinition"],
    "CreateService": lambda stage, made: stage.engine.call("DescribeServices", {
        "cluster": "main", "services": [made["service"]["serviceName"]]})["services"][0],
    "CreateTaskSet": lambda stage, made: stage.engine.call("DescribeTaskSets", {
        "cluster": "main", "service": made["taskSet"]["serviceArn"], "taskSets": [made["taskSet"]["id"]]})["taskSets"][0],
    "RunTask": lambda stage, made: stage.engine.call("DescribeTasks", {"cluster": "main", "tasks": [made["tasks"][0]["taskArn"]]})["tasks"][0],
}
SEEN_IN["UpdateCluster"] = SEEN_IN["UpdateClusterSettings"] = SEEN_IN["CreateCluster"]
SEEN_IN["PutAccountSettingDefault"] = SEEN_IN["PutAccountSetting"]
SEEN_IN["UpdateService"] = SEEN_IN["CreateService"]
# What a request names is shown as the ARN of it.
SHOWN_OTHERWISE = {"taskDefinition"}


def missing(part, whole, path=""):
    """What of `part` is not in `whole`, as text, or nothing."""
    if isinstance(part, dict) and isinstance(whole, list):
        return missing(part, whole[0], path) if whole else f"{path} is empty"
    if isinstance(part, dict) and isinstance(whole, dict):
        for key, value in part.items():
            if key in SHOWN_OTHERWISE:
                continue
            if key not in whole:
                return f"{path}.{key} is not there"
            if found := missing(value, whole[key], f"{path}.{key}"):
                return found
        return None
    if isinstance(part, list) and isinstance(whole, list) and len(part) == len(whole):
        return next((found for index, (one, other) in enumerate(zip(part, whole)) if (found := missing(one, other, f"{path}[{index}]"))), None)
    return None if part == whole else f"{path} is {whole!r}, and was {part!r}"


def rows(*kinds):
    for shape, places in TABLE["shapes"].items():
        for kind, member, row in fidelity.rows_of(places):
            if kind in kinds:
                yield f"{shape}.{member}", row


class Page(unittest.TestCase):
    def test_the_page_is_current(self):
        self.assertEqual(fidelity.PAGE.read_text(encoding="utf-8"), fidelity.page(), "run python3 tests/api/fidelity.py")

    def test_every_member_of_a_request_has_one_place(self):
        shapes = fidelity.request_shapes(MODEL)
        self.assertEqual(set(TABLE["shapes"]) - set(shapes), set(), "shapes that no request has")
        for shape in shapes:
            placed = [member for _, member, _ in fidelity.rows_of(TABLE["shapes"].get(shape) or {})]
            self.assertEqual(sorted(placed), sorted(MODEL["shapes"][shape]), shape)

    def test_operations_that_are_spoken_of_exist(self):
        known = {name for service in MODEL["operations"] for name in service["implemented"]}
        self.assertEqual(set(TABLE["operations"]) - known, set())


class Members(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stage = Stage()

    @classmethod
    def tearDownClass(cls):
        cls.stage.close()

    def send(self, operation, part):
        return self.stage.engine.call(operation, merged(self.stage.example(operation), part))

    def define(self, part):
        return self.stage.engine.call("RegisterTaskDefinition", merged({**DEFINITION, "family": self.stage.name("d")}, part))["taskDefinition"]["taskDefinitionArn"]

    def test_what_is_refused_is_refused_with_its_exception(self):
        for name, row in rows("rejected"):
            with self.subTest(name):
                if "define" in row:
                    operation, part = "RunTask", {"taskDefinition": self.define(row["define"])}
                else:
                    (operation, part), = row["with"].items()
                with self.assertRaises(Refused) as refused:
                    self.send(operation, part)
                self.assertEqual((refused.exception.code, refused.exception.status), (row["error"], 400), refused.exception.message)
                self.assertTrue(refused.exception.message)
                # The example alone is answered: it is the member that is refused.
                self.send(operation, {})

    def test_what_is_stored_comes_back_as_it_was_given(self):
        for name, row in rows("stored"):
            with self.subTest(name):
                (operation, part), = row["with"].items()
                made = self.send(operation, part)
                self.assertIsNone(missing(part, SEEN_IN[operation](self.stage, made)))

    def test_what_only_aws_has_ends_the_task(self):
        for name, row in rows("ends"):
            with self.subTest(name):
                task = self.send("RunTask", {"taskDefinition": self.define(row["define"])})["tasks"][0]["taskArn"]

                def stopped(arn=task):
                    shown = self.stage.engine.call("DescribeTasks", {"cluster": "main", "tasks": [arn]})["tasks"][0]
                    return shown if shown["lastStatus"] == "STOPPED" else None

                shown = self.stage.engine.until(stopped, f"{name}: the task has ended")
                self.assertEqual(shown["stopCode"], "TaskFailedToStart")
                self.assertIn(row["error"], shown["stoppedReason"])

    def test_operations_that_are_not_implemented_say_so(self):
        for service in MODEL["operations"]:
            for operation in service["known"]:
                with self.subTest(operation), self.assertRaises(Refused) as refused:
                    self.stage.engine.call(operation, {})
                self.assertEqual((refused.exception.code, refused.exception.status), ("UnsupportedFeatureException", 400))
        with self.assertRaises(Refused) as refused:
            self.stage.engine.call("MakeCoffee", {})
        self.assertEqual((refused.exception.code, refused.exception.status), ("UnknownOperationException", 400))


if __name__ == "__main__":
    sys.exit(unittest.main())
