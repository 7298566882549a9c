"""`berth why` against a berthd on fake containers: each way to fail is told with its cause, its container, and the line that configured it; tasks that were
stopped on purpose are no failures."""
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from engine import BERTHD, Engine

BERTH = str(Path(BERTHD).parent / "berth")
PROGRAM = """stack shop { }
cluster main { }
service exits { cluster = main, task { container app { image = "fake/start-1s_exit-3:1", memory = 64 MiB } } }
service hungry { cluster = main, task { container app { image = "fake/oom-after-1s:1", memory = 32 MiB } } }
service lost { cluster = main, task { container app { image = "fake/pull-fails:1", memory = 64 MiB } } }
service stuck { cluster = main, task { container app { image = "fake/create-fails:1", memory = 64 MiB } } }
service sick {
  cluster = main
  task {
    container app {
      image = "fake/unhealthy-after-1s:1"
      memory = 64 MiB
      health { command = shell("true"), interval = 5s, retries = 1 }
    }
  }
}
service side {
  cluster = main
  task {
    container app { image = "fake/app:1", memory = 64 MiB, depends_on { helper = "success" } }
    container helper { image = "fake/exit-2-after-1s:1", memory = 32 MiB, essential = false }
  }
}
service well { cluster = main, task { container app { image = "fake/app:1", memory = 64 MiB } } }
"""


def line_of(text):
    return next(number for number, line in enumerate(PROGRAM.splitlines(), 1) if text in line)


class Why(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.engine = Engine()
        cls.addClassCleanup(cls.engine.close)
        cls.source = Path(cls.engine.directory, "src")
        cls.source.mkdir()
        Path(cls.source, "main.ecs").write_text(PROGRAM, encoding="utf-8")
        done = cls.berth("apply", "--yes", "--no-wait")
        assert done.returncode == 0, done.stdout + done.stderr

    @classmethod
    def berth(cls, *words, cwd=None):
        env = {**os.environ, "BERTH_ENGINE": f"unix://{cls.engine.socket}"}
        return subprocess.run([BERTH, *words], cwd=cwd or cls.source, env=env, text=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False)

    def findings(self, *subject):
        done = self.berth("why", *subject, "--format", "json")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return json.loads(done.stdout)["findings"]

    def failure(self, service):
        """The newest failure of the service, once there is one."""
        return self.engine.until(lambda: next(iter(self.findings(service)[0]["failures"]), None), f"a failure of {service} is told")

    def test_each_way_to_fail_has_its_cause_and_its_place(self):
        for service, cause, said, place in (("exits", "exited", "exited with code 3", "exit-3"), ("hungry", "memory", "32 MiB", "oom-after"),
                                            ("lost", "image", "", "pull-fails"), ("stuck", "start", "", "create-fails")):
            failure = self.failure(service)
            self.assertEqual(failure["cause"], cause, failure)
            self.assertEqual(failure["container"], "app", failure)
            self.assertIn(said, failure["summary"])
            self.assertEqual({one["place"].split(":")[1] for one in failure["configured"]}, {str(line_of(place))}, failure["configured"])
            self.assertTrue(failure["history"], failure)

    def test_an_unhealthy_container_is_told_by_its_check(self):
        failure = self.failure("service.sick")
        self.assertEqual((failure["cause"], failure["container"]), ("health", "app"), failure)
        self.assertTrue(any(one["place"].split(":")[1] == str(line_of("health {")) for one in failure["configured"]), failure["configured"])

    def test_a_container_that_others_wait_for_is_the_one_that_failed(self):
        failure = self.failure("side")
        self.assertEqual(failure["container"], "helper", failure)
        helper = next(one for one in failure["containers"] if one["name"] == "helper")
        self.assertEqual(helper["exit_code"], 2)

    def test_what_was_stopped_on_purpose_has_not_failed(self):
        service = self.engine.until(lambda: next((one for one in self.describe("well") if one["runningCount"] == 1), None), "the service runs")
        self.assertEqual(self.findings("well")[0]["failures"], [])
        call = self.engine.call
        task = call("ListTasks", {"cluster": "main", "serviceName": service["serviceName"]})["taskArns"][0]
        call("StopTask", {"cluster": "main", "task": task, "reason": "enough"})
        self.engine.until(lambda: call("DescribeTasks", {"cluster": "main", "tasks": [task]})["tasks"][0]["lastStatus"] == "STOPPED", "the task is over")
        self.assertEqual(self.findings("well")[0]["failures"], [])
        self.assertNotIn("service.well", self.berth("why").stdout)
        told = self.findings(task)[0]["failures"][0]
        self.assertEqual((told["stop_code"], told["stopped_reason"]), ("UserInitiated", "enough"))

    def describe(self, name):
        return self.engine.call("DescribeServices", {"cluster": "main", "services": [name]})["services"]

    def test_a_task_is_found_by_its_id_or_the_beginning_of_it_without_the_files(self):
        failure = self.failure("exits")
        with tempfile.TemporaryDirectory() as elsewhere:
            for subject in (failure["task"], failure["task"][:8], "main/exits"):
                done = self.berth("why", subject, cwd=elsewhere)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertIn("exited with code 3", done.stdout)
            unknown = self.berth("why", "0123456789ab", cwd=elsewhere)
            self.assertNotEqual(unknown.returncode, 0)
            self.assertIn("0123456789ab", unknown.stderr)
            nobody = self.berth("why", "main/nobody", cwd=elsewhere)
            self.assertNotEqual(nobody.returncode, 0)

    def test_without_a_subject_every_service_that_failed_is_told(self):
        self.failure("exits")
        self.failure("lost")
        told = {finding["service"]["address"] for finding in self.findings()}
        self.assertTrue({"service.exits", "service.lost"} <= told, told)
        self.assertNotIn("service.well", told)


if __name__ == "__main__":
    unittest.main()
