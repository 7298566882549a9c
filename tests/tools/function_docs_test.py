"""docs/functions.md is what function_docs.py makes of the table of functions, and has all of them."""
import os
import re
import subprocess
import sys
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
TABLE = os.path.join(ROOT, "compiler", "sema", "builtins.def")
PAGE = os.path.join(ROOT, "docs", "functions.md")
SCRIPT = os.path.join(ROOT, "tools", "function_docs.py")


class FunctionDocs(unittest.TestCase):
    def test_the_page_is_up_to_date(self):
        made = subprocess.run([sys.executable, SCRIPT, TABLE], capture_output=True, text=True, check=True).stdout
        with open(PAGE, encoding="utf-8") as file:
            self.assertEqual(file.read(), made, "run tools/function_docs.py compiler/sema/builtins.def > docs/functions.md")

    def test_every_function_is_on_it(self):
        with open(TABLE, encoding="utf-8") as table, open(PAGE, encoding="utf-8") as page:
            text = page.read()
            for name in re.findall(r"^BERTH_FUNCTION\((\w+),", table.read(), re.M):
                self.assertIn(f"`{name}(", text)


if __name__ == "__main__":
    unittest.main()
