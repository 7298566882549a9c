"""The table of the rules of ECS, its page, the diagnostics in the code and the cases say the same."""
import re
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "compiler" / "lower"))

import generate_rules  # noqa: E402

CASES = ROOT / "tests" / "golden" / "rules"
MARK = re.compile(r"# ((?:[EW]\d{4} ?)+)$|^\s*#@ .*: ([EW]\d{4})$")
# Rules on what the user says in the language only: no rule of ECS stands behind them.
OF_THE_LANGUAGE = {"W0503", "W0508", "E0310", "E0311"}


def sections():
    """Rule -> (codes that its cases are marked with, number of invalid parts)."""
    found = {}
    for path in sorted(CASES.glob("*.case")):
        name = None
        for line in path.read_text(encoding="utf-8").splitlines():
            header = re.fullmatch(r"-- (\S+:\S+) --", line)
            if header or re.fullmatch(r"-- .* --", line):
                name = header and header.group(1)
                if name:
                    found.setdefault(name, [set(), 0])
                continue
            if name is None:
                continue
            if line == "----":
                found[name][1] += 1
            mark = MARK.search(line)
            if mark:
                found[name][0].update((mark.group(1) or mark.group(2)).split())
    return found


class Rules(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        rules = generate_rules.read_rules(ROOT / "compiler" / "lower" / "rules.yaml")
        cls.rules = {f"{subject}:{name}": row for subject, rows in rules.items() for name, row in rows.items()}
        cls.text = generate_rules.page(rules)
        cls.cases = sections()

    def test_the_page_is_fresh(self):
        page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
        self.assertTrue(page == self.text, "docs/rules.md is stale: compiler/lower/generate_rules.py compiler/lower/rules.yaml --docs docs/rules.md")

    def test_each_rule_has_cases_that_break_it_in_each_way(self):
        self.assertEqual(set(self.rules) - set(self.cases), set(), "rules without a section in tests/golden/rules")
        self.assertEqual(set(self.cases) - set(self.rules), set(), "sections that name no rule of compiler/lower/rules.yaml")
        for name, row in self.rules.items():
            with self.subTest(rule=name):
                self.assertEqual(self.cases[name][0], set(row["codes"]), "codes of the table and of the cases")
                self.assertGreater(self.cases[name][1], 0)

    def test_there_are_many_cases(self):
        self.assertGreaterEqual(sum(count for _, count in self.cases.values()), 250)

    def test_each_code_that_is_reported_has_a_rule(self):
        reported = set()
        for path in (ROOT / "compiler" / "lower").glob("*.cpp"):
            reported |= set(re.findall(r'"([EW]\d{4})"', path.read_text(encoding="utf-8")))
        ruled = {code for row in self.rules.values() for code in row["codes"]}
        self.assertEqual(reported - ruled - OF_THE_LANGUAGE, set(), "reported by compiler/lower and of no rule")


if __name__ == "__main__":
    unittest.main()
