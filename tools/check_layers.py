#!/usr/bin/env python3
"""Fails with every #include that tools/layers.txt does not allow.

usage: check_layers.py [ROOT]    ROOT: the tree to check, with tools/layers.txt in it (default: this one)
"""
import os
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
SOURCE = (".h", ".cpp", ".hpp", ".cc", ".def")


def read_rules(path):
    """(folder -> prefixes, [(header, files)])"""
    folders, heavy = {}, []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            name, colon, values = line.split("#")[0].partition(":")
            if not colon:
                continue
            if name.startswith("only "):
                heavy.append((name[5:].strip(), values.split()))
            else:
                folders[name.strip()] = values.split()
    return folders, heavy


def is_below(path, prefix):
    return path == prefix or path.startswith(prefix.rstrip("/") + "/")


def check(path, included, folders, heavy):
    """What is wrong with `path` including `included`, or None."""
    for header, files in heavy:
        if (included == header or (header.endswith("/") and included.startswith(header))) and not path.startswith("tests/"):
            if not any(is_below(path, file) for file in files):
                return f"{header} belongs to {', '.join(files)} alone"
    if included.split("/")[0] not in {folder.split("/")[0] for folder in folders}:
        return None
    owner = max((f for f in folders if is_below(path, f)), key=len)
    if folders[owner] == ["*"] or any(is_below(included, prefix) for prefix in [owner, *folders[owner]]):
        return None
    return f"{owner} may include {', '.join(folders[owner]) or 'nothing of ours'}"


def sources(root, folders):
    for top in sorted({folder.split("/")[0] for folder in folders}):
        for directory, _, names in os.walk(os.path.join(root, top)):
            for name in sorted(names):
                if name.endswith(SOURCE):
                    yield os.path.relpath(os.path.join(directory, name), root)


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
    folders, heavy = read_rules(os.path.join(root, "tools", "layers.txt"))
    count = problems = 0
    for path in sources(root, folders):
        count += 1
        with open(os.path.join(root, path), encoding="utf-8", errors="replace") as lines:
            for number, line in enumerate(lines, 1):
                match = INCLUDE.match(line)
                reason = match and check(path, match.group(2), folders, heavy)
                if reason:
                    problems += 1
                    print(f"{path}:{number}: must not include {match.group(2)}: {reason}", file=sys.stderr)
    if count == 0:
        sys.exit("check_layers: no source files found")
    print(f"{count} files, {problems} forbidden includes")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
