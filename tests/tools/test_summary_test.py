"""The closing lines of tools/test."""
import os
import subprocess
import sys
import tempfile
import unittest

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools", "test_summary.py")


def summary(cases):
    with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
        file.write(f'<?xml version="1.0"?><testsuite>{cases}</testsuite>')
        file.flush()
        done = subprocess.run([sys.executable, SCRIPT, file.name, "x.log", "7"], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.splitlines()


PASSED = '<testcase name="a" time="0.5" status="run"/>'
FAILED = '<testcase name="b" time="0.1" status="fail"><failure message=""/><system-out>why it failed</system-out></testcase>'
SKIPPED = '<testcase name="c" status="notrun"><skipped message="SKIP_RETURN_CODE=77"/><system-out>SKIPPED: no Docker</system-out></testcase>'


class Summary(unittest.TestCase):
    def test_the_last_line_counts(self):
        code, lines = summary(PASSED * 2 + FAILED + SKIPPED)
        self.assertEqual((code, lines[-1]), (1, "2 passed, 1 failed, 1 skipped"))
        self.assertIn("why it failed", lines)
        self.assertIn("    skipped c: no Docker", lines)

    def test_a_test_that_could_not_be_started_has_failed(self):
        lost = '<testcase name="d" status="notrun"><skipped message="Unable to find executable"/></testcase>'
        self.assertEqual(summary(PASSED + lost)[1][-1], "1 passed, 1 failed, 0 skipped")

    def test_skipped_tests_do_not_fail_and_none_at_all_does(self):
        self.assertEqual(summary(PASSED + SKIPPED)[0], 0)
        self.assertEqual(summary("")[0], 1)
        self.assertEqual(summary(SKIPPED)[0], 1)


if __name__ == "__main__":
    unittest.main()
