"""examples/hello from check to destroy: containers answer, a second plan is empty, a change rolls, destroy leaves nothing."""
import os
import re

from support import ROOT, Engine, containers, engine_containers, http_get, main, require, say, wait_until

HELLO = os.path.join(ROOT, "examples", "hello")
NO_CHANGES = 0
CHANGES = 2


def plan_code(engine, *arguments):
    done = engine.berth("plan", HELLO, "--detailed-exitcode", *arguments, check=False)
    assert done.returncode in (NO_CHANGES, CHANGES), f"{done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.returncode, done.stdout


def urls(engine):
    return sorted(set(re.findall(r"http://[0-9.]+:[0-9]+", engine.berth("status", HELLO).stdout)))


def test(engines):
    engine = Engine()
    engines.append(engine)
    engine.berth("check", HELLO)
    code, text = plan_code(engine)
    assert code == CHANGES and re.search(r"^Plan: \d+ to add, 0 to change, 0 to destroy\.$", text, re.M), text
    assert not engine_containers(), "planning starts nothing"

    engine.berth("apply", "--yes", HELLO)
    say("applied")
    found = urls(engine)
    assert len(found) == 2, f"URLs of two tasks: {found}"
    answers = [http_get(url) for url in found]
    assert len(set(answers)) == 2 and all(answer.startswith("hello from berth") for answer in answers), answers

    code, text = plan_code(engine)
    assert code == NO_CHANGES, f"a plan right after an apply is empty:\n{text}"
    before = {c["id"] for c in engine_containers()}
    engine.berth("apply", "--yes", HELLO)
    assert {c["id"] for c in engine_containers()} == before, "applying the same again touches nothing"
    say("applied again: no change")

    engine.stop()
    engine.start()
    assert {c["id"] for c in engine_containers()} == before, "a restarted engine adopts its containers"
    assert plan_code(engine)[0] == NO_CHANGES

    code, text = plan_code(engine, "--var", "greeting=moin")
    assert code == CHANGES and "0 to destroy" in text, text
    engine.berth("apply", "--yes", HELLO, "--var", "greeting=moin")
    say("rolled over to another greeting")
    answers = [http_get(url) for url in urls(engine)]
    assert len(answers) == 2 and all(answer.startswith("moin") for answer in answers), answers
    wait_until(lambda: not before & {c["id"] for c in engine_containers()}, 20, "the old containers are gone")
    assert "listening on port 8080" in engine.berth("logs", "web", HELLO).stdout, "the containers' output"

    engine.berth("destroy", "--yes", HELLO)
    wait_until(lambda: not containers(everything=True, **{"berth.engine": ""}), 30, "no container is left")
    _, clusters = engine.call("ListClusters")
    _, definitions = engine.call("ListTaskDefinitions", status="ACTIVE")
    assert clusters["clusterArns"] == [] and definitions["taskDefinitionArns"] == [], f"{clusters} {definitions}"
    assert plan_code(engine)[0] == CHANGES
    say("destroyed")


require()
main(test)
