#!/usr/bin/env python3
"""Makes docs/rules.md from compiler/lower/rules.yaml.

usage: generate_rules.py rules.yaml --docs FILE     writes the page
       generate_rules.py rules.yaml --check FILE    fails when the page is stale
"""
import sys
from pathlib import Path

import yaml

TITLES = {"ports": "Ports", "containers": "Containers", "volumes": "Volumes", "ebs": "Volumes of EBS", "logs": "Logs", "network": "Networks", "proxy": "Proxies",
          "windows": "Windows", "fargate": "Fargate", "where": "What tasks run on", "deploy": "Deployments", "placement": "Placement", "zones": "Zones",
          "balancers": "Load balancers", "connect": "Service Connect", "registries": "Cloud Map", "quota": "Quotas", "services": "Services", "clusters": "Clusters",
          "capacity": "Capacity"}


def read_rules(path):
    """Subject -> name -> {codes, of, says}."""
    rules = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    for subject, rows in rules.items():
        if subject not in TITLES:
            sys.exit(f"generate_rules.py: no title for {subject}")
        for name, row in rows.items():
            if set(row) != {"codes", "of", "says"} or not row["codes"] or not row["says"].endswith("."):
                sys.exit(f"generate_rules.py: {subject}:{name}: {row}")
    return rules


def page(rules):
    count = sum(len(rows) for rows in rules.values())
    out = ["# Rules of Amazon ECS", "",
           f"What `berth` checks before anything is sent: {count} rules, each with the place in your text, the reason, and the nearest thing that is valid. Generated from"
           " `compiler/lower/rules.yaml`; [diagnostics.md](diagnostics.md) explains each code.", ""]
    for subject, rows in rules.items():
        out += [f"## {TITLES[subject]}", "", "| rule | of | |", "|---|---|---|"]
        for row in rows.values():
            codes = ", ".join(f"[{code}](diagnostics.md#{code.lower()})" for code in row["codes"])
            out.append(f"| {row['says']} | {row['of']} | {codes} |")
        out.append("")
    return "\n".join(out)


def main(arguments):
    if len(arguments) != 3 or arguments[1] not in ("--docs", "--check"):
        sys.exit(__doc__)
    text = page(read_rules(arguments[0]))
    if arguments[1] == "--docs":
        Path(arguments[2]).write_text(text, encoding="utf-8")
    elif Path(arguments[2]).read_text(encoding="utf-8") != text:
        sys.exit(f"{arguments[2]} is stale: generate_rules.py {arguments[0]} --docs {arguments[2]}")


if __name__ == "__main__":
    main(sys.argv[1:])
