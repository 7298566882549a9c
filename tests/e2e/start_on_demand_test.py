"""`berth apply` starts the engine when none answers; stopping the engine leaves the containers, and the next one adopts them."""
import atexit
import os
import shutil
import tempfile

from support import BIN, DOCKER_HOST, ROOT, clean_environment, containers, docker, engine_containers, main, require, run, say, wait_until

HELLO = os.path.join(ROOT, "examples", "hello")


def test(_):
    directory = tempfile.mkdtemp(prefix="berth-e2e-")
    environment = clean_environment(BERTH_ENGINE=f"unix://{directory}/engine.sock", BERTH_DATA_DIR=f"{directory}/data", DOCKER_HOST=DOCKER_HOST)

    def berth(*arguments, check=True):
        return run(os.path.join(BIN, "berth"), *arguments, check=check, timeout=180, env=environment)

    def clean_up():
        berth("engine", "stop", check=False)
        left = [c["id"] for c in containers(everything=True, **{"berth.engine": ""})]
        if left:
            docker("rm", "-f", *left, check=False)
        shutil.rmtree(directory, ignore_errors=True)

    atexit.register(clean_up)
    assert berth("engine", "status", check=False).returncode != 0, "no engine runs yet"
    berth("apply", "--yes", HELLO)
    say("applied without an engine: it was started")
    before = {c["id"] for c in engine_containers()}
    assert len(before) == 2, before
    berth("engine", "status")

    berth("engine", "stop")
    assert berth("engine", "status", check=False).returncode != 0, "the engine has stopped"
    assert {c["id"] for c in engine_containers()} == before, "containers outlive the engine"
    berth("engine", "start")
    done = berth("plan", "--detailed-exitcode", HELLO)
    assert {c["id"] for c in engine_containers()} == before, f"adopted, not replaced\n{done.stdout}"
    say("stopped and started the engine: its containers were adopted")

    berth("destroy", "--yes", HELLO)
    wait_until(lambda: not containers(everything=True, **{"berth.engine": ""}), 30, "no container is left")


require()
main(test)
