#!/usr/bin/env python3
"""Writes docs/fidelity.md from api/fidelity.yaml and api/model.yaml: `python3 tests/api/fidelity.py`. The text between the markers is made; the rest is
written by hand."""
import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "fidelity.md"
BEGIN = "<!-- from api/fidelity.yaml, by tests/api/fidelity.py: do not edit -->"
END = "<!-- end -->"
KINDS = ["honoured", "emulated", "stored", "rejected", "ends"]


def load():
    model = yaml.safe_load((ROOT / "api" / "model.yaml").read_text(encoding="utf-8"))
    table = yaml.safe_load((ROOT / "api" / "fidelity.yaml").read_text(encoding="utf-8"))
    return model, table


def base_type(text):
    """`list<Tag> required` -> Tag"""
    name = text.split()[0]
    while match := re.fullmatch(r"(?:list|map)<(.*)>", name):
        name = match.group(1)
    return name


def request_shapes(model):
    """The shapes that requests are made of, in the order in which they are met."""
    found = []

    def visit(name):
        if name in found or name not in model["shapes"]:
            return
        found.append(name)
        for text in model["shapes"][name].values():
            visit(base_type(text))

    for name in model["shapes"]:
        if name.endswith("Request"):
            visit(name)
    return found


def rows_of(kinds):
    """(kind, member, row) in the order of KINDS."""
    for kind in KINDS:
        members = kinds.get(kind) or {}
        for member in members:
            yield kind, member, members[member] if isinstance(members, dict) else None


def remark(kind, row):
    if kind == "emulated":
        return row
    if kind in ("rejected", "ends"):
        note = f" ({row['note']})" if row.get("note") else ""
        when = " when it is run" if kind == "rejected" and "define" in row else ""
        return f"`{row['error']}`{when}{note}" if kind == "rejected" else f"the task ends with {row['error']}"
    return ""


def cell(kinds, kind):
    texts = []
    for row_kind, member, row in rows_of(kinds):
        if row_kind != kind:
            continue
        text = remark(kind, row)
        texts.append(f"`{member}`" + (f": {text}" if text else ""))
    return ("; " if any(":" in text for text in texts) else ", ").join(texts)


def page_part():
    model, table = load()
    lines = [BEGIN, "", "## Operations", ""]
    for service in model["operations"]:
        lines += [f"**{service['prefix']}**", "", "Implemented: " + ", ".join(
            name + (f" ({table['operations'][name]})" if name in table["operations"] else "") for name in service["implemented"]) + ".", ""]
        if service["known"]:
            lines += ["Refused with `UnsupportedFeatureException`: " + ", ".join(service["known"]) + ". Names outside the model are answered with "
                      "`UnknownOperationException`.", ""]
    lines += ["## Members of requests", "",
              "*Honoured* members do what Amazon documents; *emulated* ones do something that stands for it; *stored* ones are checked and returned as they "
              "came, and nothing else; *refused* ones are answered with the exception, as long as they ask for something.", ""]
    lines += ["| shape | honoured | emulated | stored only | refused |", "|---|---|---|---|---|"]
    for name in request_shapes(model):
        kinds = table["shapes"][name]
        refused = "; ".join(text for text in (cell(kinds, "rejected"), cell(kinds, "ends")) if text)
        if any(kinds.values()):
            lines.append(f"| {name} | {cell(kinds, 'honoured')} | {cell(kinds, 'emulated')} | {cell(kinds, 'stored')} | {refused} |")
    return "\n".join([*lines, "", END])


def page():
    """The page as it should be."""
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    return before + page_part() + rest.split(END)[1]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
