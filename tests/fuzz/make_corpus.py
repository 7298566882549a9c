#!/usr/bin/env python3
"""Writes the .ecs and .json sections of the golden cases, a file each, to start a fuzzer with.

usage: make_corpus.py ecs|json DIRECTORY
"""
import hashlib
import os
import re
import sys

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden")


def main():
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
