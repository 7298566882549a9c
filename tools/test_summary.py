#!/usr/bin/env python3
"""Prints what failed and what was skipped and why; the last line is `N passed, N failed, N skipped`.

usage: test_summary.py JUNIT_FILE LOG SECONDS    exits with 1 when a test failed or none ran
"""
import sys
import xml.etree.ElementTree as ElementTree


def state_of(case):
    skipped = case.find("skipped")
    # A test that said so itself; one that could not be started has failed.
    if skipped is not None and skipped.get("message", "").startswith("SKIP_"):
        return "skipped"
    if skipped is not None or case.find("failure") is not None or case.get("status") != "run":
        return "failed"
    return "passed"


def output_of(case):
    out = case.find("system-out")
    return (out.text or "").strip() if out is not None else ""


def reason_of(case):
    """The line in which a skipped test says why."""
    lines = [line for line in output_of(case).splitlines() if "skipped: " in line.lower()]
    return lines[-1][lines[-1].lower().index("skipped: ") + len("skipped: "):].strip() if lines else "gave no reason"


def main():
    cases = list(ElementTree.parse(sys.argv[1]).getroot().iter("testcase"))
    by_state = {state: [case for case in cases if state_of(case) == state] for state in ("passed", "failed", "skipped")}
    for case in by_state["failed"]:
        print(f"\n--- {case.get('name')}\n{output_of(case)[-4000:]}")
    for case in by_state["skipped"]:
        print(f"    skipped {case.get('name')}: {reason_of(case)}")
    slowest = sorted(cases, key=lambda case: float(case.get("time") or 0), reverse=True)[:3]
    print(f"    {sys.argv[3]} s in all; slowest: " + ", ".join(f"{c.get('name')} {float(c.get('time') or 0):.1f} s" for c in slowest))
    for case in by_state["failed"]:
        print(f"    failed {case.get('name')}   (ctest --test-dir build/dev --output-on-failure -R '^{case.get('name')}$')")
    print(f"    all output: {sys.argv[2]}")
    print(", ".join(f"{len(by_state[state])} {state}" for state in by_state))
    sys.exit(1 if by_state["failed"] or not by_state["passed"] else 0)


if __name__ == "__main__":
    main()
