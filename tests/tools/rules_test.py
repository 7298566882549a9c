"""The table of the rules of ECS, its page, the diagnostics in the code and the cases say the same."""
import difflib
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


# A neighbour differs in this many words and signs at most.
NEAR = 26


def codes(part):
    """The codes that a part is marked with."""
    marks = (MARK.search(line) for line in part.splitlines())
    return {code for mark in marks if mark for code in (mark.group(1) or mark.group(2)).split()}


def sections():
    """Rule -> its parts."""
    found = {}
    for path in sorted(CASES.glob("*.case")):
        pieces = re.split(r"^-- (.+) --\n", path.read_text(encoding="utf-8"), flags=re.M)
        for name, body in zip(pieces[1::2], pieces[2::2]):
            if re.fullmatch(r"\S+:\S+", name):
                found.setdefault(name, []).extend(re.split(r"^----\n", body, flags=re.M))
    return found


def words(part):
    return re.findall(r"\w+|[^\w\s]", "\n".join(MARK.sub("", line) for line in part.splitlines()))


def distance(part, other):
    """How many words and signs are in one of them only."""
    steps = difflib.SequenceMatcher(None, words(part), words(other), autojunk=False).get_opcodes()
    return sum(max(to - begin, other_to - other_begin) for step, begin, to, other_begin, other_to in steps if step != "equal")


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
                self.assertEqual(set().union(*map(codes, self.cases[name])), set(row["codes"]), "codes of the table and of the cases")

    def test_there_are_many_cases_and_each_has_a_near_neighbour(self):
        """That the neighbours are accepted is for golden.rules to say."""
        refused = 0
        for name, parts in self.cases.items():
            for part, neighbour in zip(parts, [*parts[1:], ""]):
                if not codes(part):
                    continue
                refused += 1
                with self.subTest(rule=name, part=part):
                    self.assertTrue(neighbour and not codes(neighbour), "no valid neighbour follows it")
                    self.assertLessEqual(distance(part, neighbour), NEAR, f"far from its neighbour:\n{neighbour}")
        self.assertGreaterEqual(refused, 250)

    def test_each_code_that_is_reported_has_a_rule(self):
        reported = set()
        for path in (ROOT / "compiler" / "lower").glob("*.cpp"):
            reported |= set(re.findall(r'"([EW]\d{4})"', path.read_text(encoding="utf-8")))
        ruled = {code for row in self.rules.values() for code in row["codes"]}
        self.assertEqual(reported - ruled - OF_THE_LANGUAGE, set(), "reported by compiler/lower and of no rule")


if __name__ == "__main__":
    unittest.main()
