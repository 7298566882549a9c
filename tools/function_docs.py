#!/usr/bin/env python3
"""Writes docs/functions.md from compiler/sema/builtins.def: function_docs.py DEF > PAGE."""
import re
import sys

GROUPS = [
    ("texts", "Texts"), ("lists", "Lists"), ("maps", "Maps"), ("numbers", "Numbers and amounts"), ("values", "Missing values, files, and the records that settings take"),
    ("notations", "Notations"), ("exits", "Exits"),
]
ROW = re.compile(r'BERTH_FUNCTION\((\w+), (\w+), \w+, \w+, \w+, "[^"]*", \w+, R"\((.*?)\)", R"\((.*?)\)",\s*R"~\((.*?)\)~", R"~\((.*?)\)~"\)\n', re.S)

INTRO = """# Functions

Every function of the language. They are total and pure: the same arguments give the same result on every machine, and what cannot be answered is an error at
the call. A value made from something sensitive is sensitive; functions that hand elements on keep what each of them was.

This page is made from `compiler/sema/builtins.def` by `tools/function_docs.py`; the tests run every example.
"""


def page(text):
    rows = ROW.findall(text)
    if len(rows) != text.count("\nBERTH_FUNCTION("):
        raise SystemExit("function_docs.py: a row of the table does not have the expected form")
    out = [INTRO]
    for group, title in GROUPS:
        out.append(f"\n## {title}\n\n| function | what it gives | example |\n|---|---|---|\n")
        for name, of, signature, doc, example, result in rows:
            if of != group:
                continue
            cells = [f"`{signature}`", doc, f"`{example}` is `{result}`"]
            out.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n")
    return "".join(out)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        sys.stdout.write(page(file.read()))
