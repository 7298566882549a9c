"""Several clients at once, while a service rolls and containers end: every call is answered, and the engine ends cleanly in the middle of it.
Under the thread sanitizer (`cmake --preset tsan`) the same run looks for races between the loop, the workers and the runtime."""
import http.client
import json
import socket
import sys
import threading
import unittest
from pathlib import Path

from engine import ECS, PREFIXES, Engine, UnixConnection

CLIENTS = 4
ROUNDS = 10
REVISIONS = 3


def definition(image):
    return {"family": "web", "containerDefinitions": [{"name": "app", "image": image, "memory": 64}]}


class Client(threading.Thread):
    """Calls over one connection that is kept, and now and then leaves without waiting for the answer."""

    def __init__(self, engine, number):
        super().__init__()
        self.engine = engine
        self.number = number
        self.answered = 0
        self.faults = []

    def send(self, connection, operation, body):
        connection.request("POST", "/", json.dumps(body), {"X-Amz-Target": f"{PREFIXES.get(operation, ECS)}.{operation}"})

    def call(self, connection, operation, body):
        self.send(connection, operation, body)
        answer = connection.getresponse()
        text = json.loads(answer.read())
        self.answered += 1
        if answer.status >= 500:
            self.faults.append(f"{operation}: {answer.status} {text}")
        return text

    def leave(self, operation, body):
        connection = UnixConnection(self.engine.socket)
        self.send(connection, operation, body)
        connection.close()

    def round(self, connection, count):
        tasks = self.call(connection, "ListTasks", {"cluster": "main"})["taskArns"]
        self.call(connection, "DescribeServices", {"cluster": "main", "services": ["web"]})
        if tasks:
            chosen = tasks[(self.number + count) % len(tasks)]
            self.call(connection, "TaskLogs", {"cluster": "main", "task": chosen})
            self.leave("TaskLogs", {"cluster": "main", "task": chosen})
            self.call(connection, "GetLogEvents", {"logGroupName": "/berth/main/web", "logStreamName": f"web/app/{chosen.split('/')[-1]}"})
            if count % 5 == self.number % 5:
                self.call(connection, "StopTask", {"cluster": "main", "task": chosen})
        self.call(connection, "RunTask", {"cluster": "main", "taskDefinition": "once"})
        self.leave("FilterLogEvents", {"logGroupName": "/berth/main/web"})

    def run(self):
        connection = UnixConnection(self.engine.socket)
        try:
            for count in range(ROUNDS):
                self.round(connection, count)
        except (OSError, http.client.HTTPException, socket.timeout) as failure:
            self.faults.append(f"client {self.number}: {failure!r}")
        finally:
            connection.close()


class Hammer(unittest.TestCase):
    def at_work(self, service, job, count):
        """An engine with a service of `count` tasks of one image and a definition of a job of the other, and its clients."""
        engine = Engine()
        self.addCleanup(engine.close)
        engine.call("CreateCluster", {"clusterName": "main"})
        engine.call("RegisterTaskDefinition", definition(service))
        engine.call("RegisterTaskDefinition", definition(job) | {"family": "once"})
        engine.call("CreateService", {"cluster": "main", "serviceName": "web", "taskDefinition": "web", "desiredCount": count})
        clients = [Client(engine, number) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        return engine, clients

    def test_every_call_is_answered_while_a_service_rolls(self):
        engine, clients = self.at_work("fake/says-one_stop-50ms", "fake/says-done_exit-0-after-20ms", 6)
        for revision in range(REVISIONS):
            engine.call("RegisterTaskDefinition", definition(f"fake/start-{30 + revision}ms_says-more"))
            engine.call("UpdateService", {"cluster": "main", "service": "web", "taskDefinition": "web"})
        for client in clients:
            client.join()
        self.assertEqual([fault for client in clients for fault in client.faults], [])
        self.assertGreater(min(client.answered for client in clients), 3 * ROUNDS)

        def is_steady():
            service = engine.call("DescribeServices", {"cluster": "main", "services": ["web"]})["services"][0]
            return service["runningCount"] == 6 and [one["rolloutState"] for one in service["deployments"]] == ["COMPLETED"]
        engine.until(is_steady, "the last revision has rolled out", seconds=120)

    def test_it_ends_cleanly_under_load(self):
        engine, clients = self.at_work("fake/says-one", "fake/exit-0-after-20ms", 4)
        engine.until(lambda: min(client.answered for client in clients) > 5, "the clients are at work")
        engine.process.terminate()
        code = engine.process.wait(timeout=60)
        for client in clients:
            client.join()
        log = Path(engine.directory, "log").read_text(encoding="utf-8")
        self.assertEqual(code, 0, log[-3000:])
        self.assertNotIn("Sanitizer", log)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
