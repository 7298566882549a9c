"""What `berth import --live` writes of what runs: it compiles, it is what was asked for, and under the stack's own name a plan for it is empty."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from engine import BERTHD, Engine, skip

BERTH = str(Path(BERTHD).with_name("berth"))
STACK = """stack shop { }

cluster prod { insights = "on" }
extern asg batch { arn = "arn:aws:autoscaling:us-east-1:000000000000:autoScalingGroup:1:autoScalingGroupName/batch" }
cluster spare { capacity { fargate { weight = 1 }, asg batch { group = batch, target = 80% } } }

service web {
  cluster = prod
  task {
    memory = 128 MiB
    network_mode = "bridge"
    container app {
      image = "fake/app:1"
      env { LEVEL = "info", EMPTY = "" }
      port http = 8080
      health { command = shell("true"), interval = 5s }
    }
    container side { image = "fake/app:1", essential = false, depends_on { app = "start" } }
  }
  replicas = 2
  deploy rolling { min_healthy = 50%, circuit_breaker { } }
}

service agents {
  cluster = prod
  task { memory = 64 MiB, container agent { image = "fake/app:1" } }
  tags { team = "platform" }
}
"""

if not os.access(BERTH, os.X_OK):
    skip(f"no {BERTH}")


class ImportLive(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.engine = Engine()
        cls.directory = Path(tempfile.mkdtemp(prefix="berth-live-"))
        (cls.directory / "stack").mkdir()
        (cls.directory / "stack" / "main.ecs").write_text(STACK, encoding="utf-8")
        done = cls.berth("apply", "--yes", "stack")
        assert done.returncode == 0, done.stdout + done.stderr

    @classmethod
    def tearDownClass(cls):
        cls.engine.close()
        shutil.rmtree(cls.directory, ignore_errors=True)

    @classmethod
    def berth(cls, *words):
        return subprocess.run([BERTH, *words, "--engine", f"unix://{cls.engine.socket}"], cwd=cls.directory, capture_output=True, text=True, timeout=120, check=False)

    def imported(self, *words):
        """The source of an import, which has to compile."""
        done = self.berth("import", "--live", *words, "--format", "json")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        result = json.loads(done.stdout)
        lost = [line for line in result["report"] if "the tag `berth:" not in line["text"]]
        self.assertEqual(lost, [], "beside the tags of the owner all is kept word for word")
        return "\n".join(result["files"].values())

    def test_everything_comes_back_and_a_plan_for_it_is_empty(self):
        done = self.berth("import", "--live", "--stack", "shop", "--out", "copy")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        lines = [line for line in (self.directory / "copy" / "import.report").read_text(encoding="utf-8").splitlines() if line.startswith("  ")]
        self.assertEqual([line for line in lines if "the tag `berth:" not in line], [], "beside the tags of the owner all is kept word for word")
        plan = self.berth("plan", "copy", "--format", "json")
        self.assertEqual(plan.returncode, 0, plan.stdout + plan.stderr)
        changes = {change["address"]: change["kind"] for change in json.loads(plan.stdout)["resource_changes"]}
        self.assertEqual(set(changes), {"cluster.prod", "cluster.spare", "task.web", "service.web", "task.agents", "service.agents"})
        self.assertEqual(set(changes.values()), {"no-op"}, changes)

    def test_the_capacity_of_a_cluster_comes_with_it(self):
        source = self.imported("spare")
        for text in ("asg batch {", "target = 80%", "autoScalingGroupName/batch"):
            self.assertIn(text, source)

    def test_a_cluster_alone(self):
        source = self.imported("prod")
        for text in ("cluster prod {", 'insights = "on"', "service web {", "service agents {", 'tags { team = "platform" }'):
            self.assertIn(text, source)
        self.assertNotIn("spare", source)

    def test_a_service_alone_stands_in_a_cluster_that_is_elsewhere(self):
        source = self.imported("prod/web")
        for text in ("extern cluster prod {", "service web {", 'depends_on { app = "start" }', "port http = 8080", 'EMPTY = ""'):
            self.assertIn(text, source)
        self.assertNotIn("agent", source)

    def test_what_is_not_there_is_said(self):
        for scope in ("nowhere", "prod/nothing"):
            done = self.berth("import", "--live", scope)
            self.assertNotEqual(done.returncode, 0, scope)
            self.assertIn(scope.split("/")[-1], done.stderr)


if __name__ == "__main__":
    sys.exit(unittest.main())
