"""`berth check --all-envs` says nothing against any of the examples."""
import os
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BERTH = os.environ.get("BERTH_PROGRAM", "")


class Examples(unittest.TestCase):
    def test_each_is_right(self):
        examples = sorted(path for path in (ROOT / "examples").iterdir() if path.is_dir())
        self.assertGreater(len(examples), 4)
        for example in examples:
            with self.subTest(example.name):
                done = subprocess.run([BERTH, "check", "--all-envs", str(example.relative_to(ROOT))], cwd=ROOT, capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertNotIn("[W0", done.stderr)


if __name__ == "__main__":
    unittest.main()
