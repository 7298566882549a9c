#!/usr/bin/env python3
"""Writes the .ecs and .json sections of the golden cases, a file each, to start a fuzzer with; of the cases of the API a script each for
fuzz_request_engine (`calls`), or a connection each with its requests for fuzz_request_http (`http`).

usage: make_corpus.py ecs|json|calls|http DIRECTORY
"""
import hashlib
import os
import re
import sys

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden")


NAMES = {"task": "@task", "container-instance": "@instance", "service-deployment": "@deployment", "service-revision": "@revision",
         "task-set": "@taskset"}
SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}


def sections(path):
    with open(path, encoding="utf-8") as file:
        parts = re.split(r"^-- (.*) --\n", file.read(), flags=re.M)
    return zip(parts[1::2], parts[2::2])


def call(section, text):
    """One request as operation and body, on a line; what golden cases name by normalised ids by what stands for the first of its kind."""
    body = " ".join(text.split("\n")).strip()
    body = re.sub(r"<arn:([a-z-]+)/[^\"]*?(?:<[^>]*>)?>", lambda found: NAMES.get(found.group(1), found.group(0)), body)
    return section.split()[1], re.sub(r"<id:\d+>", "@task", body)


def script(path):
    lines = []
    for section, text in sections(path):
        word = section.split()
        if word[0] == "request":
            lines.append(" ".join(call(section, text)))
        elif word[0] == "advance":
            amount, unit = re.fullmatch(r"(\d+)(\w+)", word[1]).groups()
            lines.append(f"+{int(int(amount) * SECONDS[unit])}")
        elif word[0] == "container":
            lines.append({"exits": "!exit " + word[-1], "turns": "!unhealthy", "vanishes": "!vanish"}[word[2]])
        elif word[0] == "restart":
            lines.append("!restart")
    return ["\n".join(lines).encode()]


def connections(path):
    """The requests of a case over one connection, for each way to come in."""
    for door in range(4):
        text = ""
        for section, body in sections(path):
            if section.split()[0] != "request":
                continue
            operation, body = call(section, body)
            text += (f"POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: AmazonEC2ContainerServiceV20141113.{operation}\r\n"
                     f"Content-Length: {len(body.encode())}\r\n\r\n{body}")
        yield bytes([door]) + text.encode()[:4096]


def write_scripts(make, target):
    os.makedirs(target, exist_ok=True)
    directory = os.path.join(GOLDEN, "api")
    for name in os.listdir(directory):
        if name.endswith(".case"):
            for text in make(os.path.join(directory, name)):
                with open(os.path.join(target, hashlib.sha256(text).hexdigest()[:16]), "wb") as out:
                    out.write(text)


def main():
    if sys.argv[1] in ("calls", "http"):
        write_scripts(script if sys.argv[1] == "calls" else connections, sys.argv[2])
        return
    suffix, target = "." + sys.argv[1], sys.argv[2]
    os.makedirs(target, exist_ok=True)
    for directory, _, names in os.walk(GOLDEN):
        for name in names:
            if not name.endswith(".case"):
                continue
            with open(os.path.join(directory, name), "rb") as file:
                parts = re.split(rb"^-- (.*) --\n", file.read(), flags=re.M)
            for section, text in zip(parts[1::2], parts[2::2]):
                if section.endswith(suffix.encode()):
                    with open(os.path.join(target, hashlib.sha256(text).hexdigest()[:16]), "wb") as out:
                        out.write(text)


if __name__ == "__main__":
    main()
