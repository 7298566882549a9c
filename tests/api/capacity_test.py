"""Capacity of clusters, by the program itself against a berthd on fake containers: made, changed in place, moved to, taken away; every plan after an apply
is empty."""
import os
import subprocess
import unittest
from pathlib import Path

from engine import BERTHD, Engine

BERTH = str(Path(BERTHD).parent / "berth")
HEAD = """stack shop { }
extern asg group { arn = "arn:aws:autoscaling:us-east-1:000000000000:autoScalingGroup:1:autoScalingGroupName/web" }
extern network private { subnets = ["subnet-1"] }
"""
TASK = "task { memory = 64 MiB, container app { image = \"fake/app:1\" } }"
FARGATE = "task { cpu = 0.25 vCPU, memory = 512 MiB, container app { image = \"fake/app:1\" } }"


class Capacity(unittest.TestCase):
    def setUp(self):
        self.engine = Engine()
        self.addCleanup(self.engine.close)
        self.source = Path(self.engine.directory, "src")
        self.source.mkdir()

    def berth(self, *words):
        env = {**os.environ, "BERTH_ENGINE": f"unix://{self.engine.socket}"}
        return subprocess.run([BERTH, *words], cwd=self.source, env=env, text=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False)

    def apply(self, text):
        """Applies the stack and plans again; gives what apply printed."""
        Path(self.source, "main.ecs").write_text(HEAD + text, encoding="utf-8")
        done = self.berth("apply", "--yes")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        again = self.berth("plan", "--detailed-exitcode")
        self.assertEqual(again.returncode, 0, again.stdout + again.stderr)
        return done.stdout + done.stderr

    def cluster(self):
        return self.engine.call("DescribeClusters", {"clusters": ["main"]})["clusters"][0]

    def providers(self):
        known = self.engine.call("DescribeCapacityProviders", {"include": ["TAGS"]})["capacityProviders"]
        return {provider["name"]: provider for provider in known if not provider["name"].startswith("FARGATE")}

    def service(self):
        return self.engine.call("DescribeServices", {"cluster": "main", "services": ["web"]})["services"][0]

    def test_capacity_is_made_changed_moved_to_and_taken_away(self):
        service = "service web { cluster = main, capacity { asg %s { } }, " + TASK + " }\n"
        self.apply("cluster main { capacity { fargate { weight = 1 }, asg batch { group = group, target = 80% } } }\n" + service % "batch")
        self.assertEqual(sorted(self.cluster()["capacityProviders"]), ["FARGATE", "main-batch"])
        self.assertEqual([share["capacityProvider"] for share in self.cluster()["defaultCapacityProviderStrategy"]], ["FARGATE"])
        made = self.providers()["main-batch"]
        self.assertEqual(made["autoScalingGroupProvider"]["managedScaling"]["targetCapacity"], 80)
        self.assertIn({"key": "berth:address", "value": "capacity.main.batch"}, made["tags"])
        self.assertEqual([share["capacityProvider"] for share in self.service()["capacityProviderStrategy"]], ["main-batch"])

        self.apply("cluster main { capacity { fargate { }, asg batch { group = group, step = 1..4, base = 1 } } }\n" + service % "batch")
        scaling = self.providers()["main-batch"]["autoScalingGroupProvider"]["managedScaling"]
        self.assertEqual((scaling["targetCapacity"], scaling["maximumScalingStepSize"]), (100, 4))
        self.assertEqual(self.cluster()["defaultCapacityProviderStrategy"], [{"capacityProvider": "main-batch", "weight": 0, "base": 1}])

        self.apply("cluster main { capacity { asg spot { group = group, name = \"cheap\" } } }\n" + service % "spot")
        self.assertEqual(list(self.providers()), ["cheap"])
        self.assertEqual(self.cluster()["capacityProviders"], ["cheap"])
        self.assertEqual([share["capacityProvider"] for share in self.service()["capacityProviderStrategy"]], ["cheap"])

        self.apply("cluster main { }\nservice web { cluster = main, " + TASK + " }\n")
        self.assertEqual((self.providers(), self.cluster()["capacityProviders"]), ({}, []))
        self.assertEqual(self.service()["launchType"], "EC2")

    def test_a_service_without_a_word_runs_on_what_its_cluster_has_for_all(self):
        self.apply("cluster main { capacity { fargate { base = 1, weight = 1 }, fargate_spot { weight = 3 } } }\n"
                   "service web { cluster = main, network = private, replicas = 4, " + FARGATE + " }\n")
        tasks = self.engine.call("DescribeTasks", {"cluster": "main", "tasks": self.engine.call("ListTasks", {"cluster": "main"})["taskArns"]})["tasks"]
        self.assertEqual(sorted(task["capacityProviderName"] for task in tasks), ["FARGATE", "FARGATE", "FARGATE_SPOT", "FARGATE_SPOT"])

    def test_what_an_interrupted_apply_left_is_found(self):
        self.apply("cluster main { capacity { asg batch { group = group } } }\n")
        # Taken from the cluster and not yet deleted, as after a crash between the two.
        self.engine.call("PutClusterCapacityProviders", {"cluster": "main", "capacityProviders": [], "defaultCapacityProviderStrategy": []})
        self.apply("cluster main { }\n")
        self.assertEqual(self.providers(), {})

    def test_what_belongs_to_others_stays(self):
        self.engine.call("CreateCapacityProvider", {"name": "shared", "autoScalingGroupProvider": {"autoScalingGroupArn": "arn:aws:autoscaling:x"}})
        self.apply("extern capacity shared { name = \"shared\" }\ncluster main { capacity { fargate { } } }\n")
        self.engine.call("PutClusterCapacityProviders", {"cluster": "main", "capacityProviders": ["FARGATE", "shared"], "defaultCapacityProviderStrategy": [
            {"capacityProvider": "shared", "weight": 1}]})
        self.apply("extern capacity shared { name = \"shared\" }\ncluster main { capacity { fargate_spot { } } }\n")
        self.assertEqual(sorted(self.cluster()["capacityProviders"]), ["FARGATE_SPOT", "shared"])
        self.assertEqual(self.cluster()["defaultCapacityProviderStrategy"][0]["capacityProvider"], "shared")
        # A name that somebody else has is not taken over.
        Path(self.source, "main.ecs").write_text(HEAD + "cluster main { capacity { asg batch { group = group, name = \"shared\" } } }\n", encoding="utf-8")
        refused = self.berth("apply", "--yes")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("not managed by stack", refused.stdout + refused.stderr)

    def test_destroying_takes_all_of_it(self):
        self.apply("cluster main { capacity { asg batch { group = group } } }\nservice web { cluster = main, capacity { asg batch { } }, " + TASK + " }\n")
        gone = self.berth("destroy", "--yes")
        self.assertEqual(gone.returncode, 0, gone.stdout + gone.stderr)
        self.assertEqual(self.providers(), {})
        self.assertEqual(self.engine.call("ListClusters", {})["clusterArns"], [])


if __name__ == "__main__":
    unittest.main()
