"""What an operator does to a stack that runs on fake containers: drift and who made it, going back to an earlier revision, new tasks, saved plans that are refused,
policies that read the plan, and an apply that is killed at each of its steps."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from engine import BERTHD, Engine, skip

BERTH = str(Path(BERTHD).with_name("berth"))
STACK = """stack shop {{ }}
cluster main {{ }}
service web {{
  cluster = main
  replicas = {replicas}
  task {{ container app {{ image = "fake/app:{image}", memory = 64 MiB }} }}
  deploy rolling {{ min_healthy = {least}, max = {most}, circuit_breaker {{ }} }}
}}
{more}
"""
KILLED = """stack s{k} {{ }}
cluster c{k} {{ }}
{services}
"""
KILLED_SERVICE = """service s{k}{name} {{
  cluster = c{k}
  task {{ container app {{ image = "fake/app:1", memory = 64 MiB }} }}
}}
"""

if not os.access(BERTH, os.X_OK):
    skip(f"no {BERTH}")


class Operate(unittest.TestCase):
    def setUp(self):
        self.engine = Engine()
        self.directory = Path(tempfile.mkdtemp(prefix="berth-operate-"))
        self.addCleanup(shutil.rmtree, self.directory, True)
        self.addCleanup(self.engine.close)

    def write(self, replicas=2, image="1", least="100%", most="200%", more=""):
        (self.directory / "main.ecs").write_text(STACK.format(replicas=replicas, image=image, least=least, most=most, more=more), encoding="utf-8")

    def berth(self, *words, code=0):
        done = subprocess.run([BERTH, *words, "--engine", f"unix://{self.engine.socket}"], cwd=self.directory, capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, code, f"{words}\n{done.stdout}{done.stderr}")
        return done

    def json(self, *words, code=0):
        return json.loads(self.berth(*words, "--format", "json", code=code).stdout)

    def apply(self, **stack):
        self.write(**stack)
        self.berth("apply", "--yes")

    def by_hand(self, **members):
        self.engine.call("UpdateService", {"cluster": "main", "service": "web", **members})

    def causes(self, code):
        return {f"{row['address']} {row['path']}".strip(): row["cause"] for row in self.json("drift", code=code)["differences"]}

    # ---- drift -------------------------------------------------------------------------------------------------------------------------

    def test_drift_says_who_made_it(self):
        self.apply()
        self.assertEqual(self.causes(0), {})
        self.by_hand(desiredCount=5)
        self.assertEqual(self.causes(3), {"service.web replicas": "by-hand"})
        self.assertIn("service.web replicas  runs 5, applied was 2", self.berth("drift", code=3).stdout)
        # The files change too: each difference has its own cause.
        self.write(least="50%", image="2")
        self.assertEqual(self.causes(3), {"service.web replicas": "by-hand", "service.web deploy.min_healthy": "not-applied", "task.web container.app.image": "not-applied"})
        # Only what nobody applied is no drift.
        self.by_hand(desiredCount=2)
        self.assertEqual(self.causes(0), {"service.web deploy.min_healthy": "not-applied", "task.web container.app.image": "not-applied"})

    def test_what_both_changed_cannot_be_told(self):
        self.apply()
        self.by_hand(desiredCount=5)
        self.write(replicas=3)
        self.assertEqual(self.causes(3), {"service.web replicas": "unknown"})

    def test_a_revision_of_somebody_else_is_drift_and_known_drift_is_none_until_its_day(self):
        self.apply()
        made = self.engine.call("RegisterTaskDefinition", {"family": "web", "containerDefinitions": [{"name": "app", "image": "fake/app:other", "memory": 64}]})
        self.by_hand(taskDefinition=made["taskDefinition"]["taskDefinitionArn"])
        self.assertEqual(self.causes(3)["service.web task"], "by-hand")
        ignore = self.directory / "drift.ignore"
        ignore.write_text("# the trial of the week\nservice.web task until 2999-12-31: a trial\ntask.web * until 2999-12-31: a trial\nservice.web tags until 2999-12-31: not there\n")
        found = self.json("drift")
        self.assertEqual({row.get("known") for row in found["differences"]}, {"a trial"})
        self.assertEqual([row["path"] for row in found["known_unused"]], ["tags"])
        ignore.write_text("service.web task until 2001-01-01: a trial\ntask.web * until 2999-12-31: a trial\n")
        self.assertEqual([row["path"] for row in self.json("drift", code=3)["known_expired"]], ["task"])
        ignore.write_text("service.web task until soon: a trial\n")
        self.assertIn("line 1", self.berth("drift", code=64).stderr)

    def test_drift_starts_no_engine_and_changes_nothing(self):
        self.apply()
        before = self.engine.call("DescribeServices", {"cluster": "main", "services": ["web"]})
        self.by_hand(desiredCount=3)
        self.berth("drift", code=3)
        self.assertEqual(self.engine.call("DescribeServices", {"cluster": "main", "services": ["web"]})["services"][0]["desiredCount"], 3)
        self.assertEqual(before["services"][0]["taskDefinition"], self.service()["taskDefinition"])

    # ---- history, rollback, restart ----------------------------------------------------------------------------------------------------

    def service(self):
        return self.engine.call("DescribeServices", {"cluster": "main", "services": ["web"]})["services"][0]

    def runs(self):
        return self.service()["taskDefinition"].split("/")[-1]

    def tasks(self):
        return set(self.engine.call("ListTasks", {"cluster": "main", "serviceName": "web", "desiredStatus": "RUNNING"})["taskArns"])

    def test_history_rollback_and_restart(self):
        for image in ("1", "2", "3"):
            self.apply(image=image)
        self.assertEqual(self.runs(), "web:3")
        history = self.json("history", "web")
        self.assertEqual([(row["task_definition"], row["runs"]) for row in history["revisions"]], [("web:3", True), ("web:2", False), ("web:1", False)])
        self.assertEqual(history["revisions"][0]["changes"], [{"path": "container.app.image", "before": "fake/app:2", "after": "fake/app:3"}])
        self.assertEqual([row["task_definition"] for row in history["deployments"]], ["web:3", "web:2", "web:1"])
        self.assertEqual({row["status"] for row in history["deployments"]}, {"SUCCESSFUL"})

        done = self.berth("rollback", "web", "--yes")
        self.assertIn('service.web  web:3 → web:2\n      container.app.image  "fake/app:3" → "fake/app:2"\n', done.stdout)
        self.assertIn("Done: service.web is stable.", done.stdout)
        self.assertEqual(self.runs(), "web:2")
        self.assertEqual([row["runs"] for row in self.json("history", "web")["revisions"]], [False, True, False])
        self.assertEqual(self.causes(3), {"service.web task": "by-hand"})
        self.berth("rollback", "service.web", "--to", "1", "--yes")
        self.assertEqual(self.runs(), "web:1")
        self.assertIn("web:1 is the oldest revision", self.berth("rollback", "web", "--yes", code=1).stderr)
        self.assertIn("there is 3, 2, 1", self.berth("rollback", "web", "--to", "9", "--yes", code=1).stderr)
        self.assertIn("there is service.web", self.berth("rollback", "nothing", "--yes", code=1).stderr)
        self.assertIn("--yes", self.berth("rollback", "web", "--to", "3", code=64).stderr)

        before = self.tasks()
        result = self.json("restart", "web", "--yes")
        self.assertTrue(result["apply"]["ok"])
        self.assertEqual(self.runs(), "web:1")
        self.assertEqual(len(self.tasks()), len(before))
        self.assertFalse(self.tasks() & before, "no task of before is left")
        # The files still ask for the newest.
        self.berth("apply", "--yes")
        self.assertEqual(self.runs(), "web:3")

    # ---- an apply proves that nothing is left ------------------------------------------------------------------------------------------

    def applied_while(self, act, *words):
        """Applies, and calls `act` when the apply has read what runs; its exit code, stdout and stderr."""
        fifo = self.directory / "events"
        os.mkfifo(fifo)
        process = subprocess.Popen([BERTH, "apply", "--yes", "--events", str(fifo), "--engine", f"unix://{self.engine.socket}", *words], cwd=self.directory,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        with open(fifo, encoding="utf-8") as events:
            self.assertEqual(json.loads(events.readline())["type"], "begin")
            act()
            events.read()
        out, err = process.communicate(timeout=120)
        fifo.unlink()
        return process.returncode, out, err

    def test_what_somebody_changes_during_an_apply_is_left_and_the_apply_says_so(self):
        self.apply()
        self.write(image="2")
        code, out, err = self.applied_while(lambda: self.by_hand(desiredCount=4))
        self.assertEqual(code, 1, out + err)
        self.assertIn("planning again still finds something to do:\n  service.web  update: replicas changes\n", err)
        self.assertEqual(self.runs(), "web:2", "all was carried out")
        self.write(image="3")
        code, out, err = self.applied_while(lambda: self.by_hand(deploymentConfiguration={"minimumHealthyPercent": 50, "maximumPercent": 200}), "--format", "json")
        self.assertEqual(code, 1, out + err)
        result = json.loads(out)
        self.assertEqual(result["error"]["code"], "not-converged")
        self.assertEqual([(row["address"], row["kind"]) for row in result["apply"]["left"]], [("service.web", "update")])
        self.assertFalse(result["apply"]["ok"])
        self.berth("apply", "--yes")
        self.assertIn("No changes.", self.berth("plan").stdout)

    # ---- room on instances -------------------------------------------------------------------------------------------------------------

    def test_half_a_threshold_leaves_nothing_to_do(self):
        # The engine says what it takes for the half that is not given: planning again must not find that.
        for breaker in ("threshold = 2", 'threshold = 50, threshold_kind = "count"', 'threshold_kind = "count"', "threshold = 50"):
            path = self.directory / "main.ecs"
            self.write()
            text = path.read_text(encoding="utf-8")
            self.assertIn("circuit_breaker { }", text)
            path.write_text(text.replace("circuit_breaker { }", f"circuit_breaker {{ {breaker} }}"), encoding="utf-8")
            self.berth("apply", "--yes")

    def test_a_plan_says_why_no_instance_takes_a_task_in_the_words_of_the_engine(self):
        self.apply()
        self.assertIn("fits on 1 instance", self.plan_of(image="2"))
        path = self.directory / "main.ecs"
        path.write_text(path.read_text(encoding="utf-8").replace("memory = 64 MiB", "memory = 4096 GiB"), encoding="utf-8")
        refused = self.json("plan", "--out", "a.plan", code=1)
        found = [row for row in refused["diagnostics"] if row["code"] == "E0620"]
        self.assertEqual(len(found), 1, refused)
        made = self.engine.call("RegisterTaskDefinition", {"family": "large", "containerDefinitions": [{"name": "app", "image": "fake/app:2", "memory": 4096 * 1024}]})
        outlook = self.engine.call("ExplainPlacement", {"cluster": "main", "service": "web", "taskDefinition": made["taskDefinition"]["taskDefinitionArn"]})
        for row in outlook["instances"]:
            self.assertIn(f"{row['containerInstanceArn'].split('/')[-1]}: {row['detail']}", json.dumps(found[0], ensure_ascii=False))
        self.assertFalse((self.directory / "a.plan").exists())
        self.berth("apply", "--yes", code=1)
        self.assertEqual(self.runs(), "web:1")

    def test_a_daemon_is_rehearsed_on_the_instances_that_there_are(self):
        daemon = """stack shop {{ }}
cluster main {{ }}
service web {{
  cluster = main
  daemon = true
  task {{ container app {{ image = "fake/app:{image}", memory = 64 MiB }} }}
}}
"""
        (self.directory / "main.ecs").write_text(daemon.format(image="1"), encoding="utf-8")
        self.berth("apply", "--yes")
        self.engine.until(lambda: len(self.tasks()) == 1, "the daemon runs")
        (self.directory / "main.ecs").write_text(daemon.format(image="2"), encoding="utf-8")
        rollout = next(row["rollout"] for row in self.json("plan")["resource_changes"] if "rollout" in row)
        self.assertEqual((rollout["daemon"], rollout["replicas"], rollout["running"], rollout["end"]), (True, 1, 1, "completed"))
        self.assertEqual(rollout["room"], {"instances": 1, "fits": True, "refusals": []})

    def plan_of(self, **stack):
        self.write(**stack)
        return self.berth("plan").stdout

    # ---- saved plans -------------------------------------------------------------------------------------------------------------------

    def test_a_saved_plan_is_refused_when_something_moved(self):
        self.apply()
        self.write(image="2")
        shown = self.berth("plan", "--out", "a.plan").stdout
        self.assertEqual(subprocess.run([BERTH, "show", "a.plan"], cwd=self.directory, capture_output=True, text=True, check=True).stdout, shown)
        self.by_hand(desiredCount=4)
        refused = self.berth("apply", "a.plan", "--yes", code=4).stderr
        self.assertIn("service.web", refused)
        self.assertIn("changed", refused)
        self.by_hand(desiredCount=2)
        self.berth("apply", "a.plan", "--yes")
        self.assertEqual(self.runs(), "web:2")
        self.assertIn("web", self.berth("apply", "a.plan", "--yes", code=4).stderr)

    # ---- policies ----------------------------------------------------------------------------------------------------------------------

    def test_policies_read_the_plan_and_its_rollouts(self):
        policies = ('check "two tasks stay healthy" for r in plan.rollouts { assert r.lowest_healthy >= 2, "${r.address} goes down to ${string(r.lowest_healthy)}" }\n'
                    'check "small changes" for p in [plan] { level = "advisory", assert p.change <= 1, "${string(p.change)} changes at once" }\n')
        self.apply(more=policies)
        self.write(least="50%", most="100%", image="2", more=policies)
        denied = self.json("plan", "--out", "a.plan", code=7)
        self.assertEqual([(row["title"], row["level"], row["holds"]) for row in denied["policies"]],
                         [("two tasks stay healthy", "mandatory", False), ("small changes", "advisory", False)])
        self.assertEqual(denied["policies"][0]["failures"][0]["message"], "service.web goes down to 1")
        self.assertEqual(denied["error"]["code"], "denied")
        self.assertFalse(denied["applyable"])
        self.assertFalse((self.directory / "a.plan").exists())
        self.berth("apply", "--yes", code=7)
        self.assertEqual(self.runs(), "web:1")
        self.write(image="2", more=policies)
        text = self.berth("plan").stdout
        self.assertIn("policies: 1 of 2 hold", text)
        self.assertIn("2 changes at once", text)
        self.assertIn("policy `two tasks stay healthy` holds", self.berth("plan", "--format", "markdown").stdout)
        self.berth("apply", "--yes")
        self.assertEqual(self.runs(), "web:2")

    # ---- an apply that is killed -------------------------------------------------------------------------------------------------------

    def source(self, k):
        services = "".join(KILLED_SERVICE.format(k=k, name=name) for name in "abc")
        (self.directory / "main.ecs").write_text(KILLED.format(k=k, services=services), encoding="utf-8")

    def state(self, k):
        """Everything of stack k, without what differs from run to run."""
        described = []
        for name in "abc":
            service = self.engine.call("DescribeServices", {"cluster": f"c{k}", "services": [f"s{k}{name}"], "include": ["TAGS"]})["services"][0]
            tags = {tag["key"]: tag["value"] for tag in service["tags"] if tag["key"] != "berth:hash"}
            described.append([service["serviceName"], service["taskDefinition"].split("/")[-1], service["status"], service["desiredCount"], service["runningCount"],
                              len(service["deployments"]), tags])
            described.append(self.engine.call("ListTaskDefinitions", {"familyPrefix": f"s{k}{name}"})["taskDefinitionArns"])
        return json.dumps(described).replace(f"s{k}", "s#").replace(f"c{k}", "c#")

    def killed_at(self, k, lines):
        """Applies stack k and kills the apply when it has written so many lines; how many it had written in all."""
        fifo = self.directory / f"events{k}"
        os.mkfifo(fifo)
        process = subprocess.Popen([BERTH, "apply", "--yes", "--parallelism", "1", "--events", str(fifo), "--engine", f"unix://{self.engine.socket}"], cwd=self.directory,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        seen = []
        with open(fifo, encoding="utf-8") as events:
            for line in events:
                seen.append(json.loads(line))
                if len([event for event in seen if event["type"] != "advanced"]) == lines:
                    process.send_signal(signal.SIGKILL)
                    break
        process.wait(timeout=60)
        return seen

    def test_an_apply_that_is_killed_at_any_step_is_finished_by_the_next(self):
        self.source(0)
        events = self.killed_at(0, 10_000)
        steps = [event for event in events if event["type"] != "advanced"]
        self.assertEqual(steps[0]["type"], "begin")
        self.assertGreaterEqual(len(steps[0]["actions"]), 10)
        self.assertEqual([event["type"] for event in steps[1:-1]], ["started", "done"] * len(steps[0]["actions"]))
        self.assertEqual((steps[-1]["type"], steps[-1]["ok"], steps[-1]["done"]), ("end", True, len(steps[0]["actions"])))
        wanted = self.state(0)
        for k in range(1, len(steps)):
            with self.subTest(lines=k):
                self.source(k)
                self.assertNotEqual(self.killed_at(k, k)[-1]["type"], "end")
                self.berth("apply", "--yes")
                self.assertEqual(self.state(k), wanted)
                self.assertIn("No changes.", self.berth("plan").stdout)


if __name__ == "__main__":
    sys.exit(unittest.main())
