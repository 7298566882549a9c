"""Going back on real containers: what the earlier revision says answers again, a restart replaces every container, and drift says what was done by
hand."""
import json
import os

from support import ROOT, Engine, engine_containers, http_get, main, require, say, wait_until

HELLO = os.path.join(ROOT, "examples", "hello")
DRIFT = 3


def answers(engine):
    status = json.loads(engine.berth("status", HELLO, "--format", "json").stdout)
    return sorted({http_get(url).split(",")[0] for service in status["services"] for task in service["tasks"] for url in task["urls"]})


def test(engines):
    engine = Engine()
    engines.append(engine)
    for greeting in ("moin", "servus"):
        engine.berth("apply", "--yes", HELLO, "--var", f"greeting={greeting}")
    assert answers(engine) == ["servus"]
    history = json.loads(engine.berth("history", "web", HELLO, "--format", "json").stdout)
    assert [row["runs"] for row in history["revisions"]] == [True, False], history
    assert history["revisions"][0]["changes"] == [{"path": "container.server.env.GREETING", "before": "moin", "after": "servus"}], history
    assert [row["status"] for row in history["deployments"]] == ["SUCCESSFUL"] * 2, history
    done = engine.berth("drift", HELLO, "--var", "greeting=servus")
    assert "Drift: 0 by hand" in done.stdout, done.stdout

    engine.berth("rollback", "web", HELLO, "--yes")
    assert answers(engine) == ["moin"], "the revision before answers"
    done = engine.berth("drift", HELLO, "--var", "greeting=servus", check=False)
    assert done.returncode == DRIFT and "it was rolled back" in done.stdout, done.stdout + done.stderr
    say("rolled back")

    before = {container["id"] for container in engine_containers()}
    engine.berth("restart", "web", HELLO, "--yes")
    assert answers(engine) == ["moin"]
    wait_until(lambda: not before & {container["id"] for container in engine_containers()}, 20, "every container is another one")
    say("restarted")

    status, answer = engine.call("UpdateService", cluster="main", service="web", desiredCount=1)
    assert status == 200, answer
    done = engine.berth("drift", HELLO, "--var", "greeting=moin", check=False)
    assert done.returncode == DRIFT and "runs 1, applied was 2" in done.stdout, done.stdout + done.stderr
    engine.berth("apply", "--yes", HELLO, "--var", "greeting=servus")
    assert answers(engine) == ["servus"]
    done = engine.berth("drift", HELLO, "--var", "greeting=servus")
    assert "Drift: 0 by hand, 0 unclear" in done.stdout, done.stdout
    engine.berth("destroy", "--yes", HELLO)


require()
main(test)
