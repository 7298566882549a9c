"""check_layers.py finds what layers.txt forbids, and nothing else."""
import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
SCRIPT = os.path.join(ROOT, "tools", "check_layers.py")


def check(files):
    """Exit code and stderr for a tree of these files under the project's own rules."""
    with tempfile.TemporaryDirectory() as root:
        with open(os.path.join(ROOT, "tools", "layers.txt"), encoding="utf-8") as rules:
            files = {**files, "tools/layers.txt": rules.read()}
        for path, text in files.items():
            os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
        done = subprocess.run([sys.executable, SCRIPT, root], capture_output=True, text=True, check=False)
        return done.returncode, done.stderr


class CheckLayers(unittest.TestCase):
    def assert_forbidden(self, path, include):
        code, message = check({path: f"#pragma once\n{include}\n"})
        self.assertEqual(code, 1)
        self.assertIn(f"{path}:2: must not include", message)

    def assert_allowed(self, path, include):
        self.assertEqual(check({path: include + "\n"}), (0, ""))

    def test_a_folder_includes_only_folders_it_is_built_on(self):
        self.assert_forbidden("base/x.h", '#include "ir/program.h"')
        self.assert_forbidden("planner/x.cpp", '#include "providers/registry.h"')
        self.assert_forbidden("engine/engine.cpp", '#include "ir/program.h"')
        self.assert_forbidden("engine/engine.cpp", '#include "compiler/compile.h"')
        self.assert_forbidden("cli/main.cpp", '  #  include "engine/engine.h"')
        self.assert_forbidden("scheduler/x.cpp", '#include "api/arn.h"')
        self.assert_allowed("planner/x.cpp", '#include "ir/program.h"')
        self.assert_allowed("cli/main.cpp", '#include "providers/registry.h"')
        self.assert_allowed("tests/unit/x_test.cpp", '#include "engine/engine.h"')

    def test_the_engine_has_its_own_layers(self):
        self.assert_forbidden("engine/store/x.cpp", '#include "engine/handlers/handlers.h"')
        self.assert_forbidden("engine/store/x.cpp", '#include "engine/control/work_queue.h"')
        self.assert_forbidden("engine/drivers/x.cpp", '#include "engine/agent/agent.h"')
        self.assert_forbidden("engine/control/x.cpp", '#include "engine/handlers/handlers.h"')
        self.assert_forbidden("engine/control/x.cpp", '#include "engine/drivers/docker/client.h"')
        self.assert_forbidden("engine/server/x.cpp", '#include "api/shapes.h"')
        self.assert_allowed("engine/agent/x.cpp", '#include "engine/drivers/driver.h"')
        self.assert_allowed("engine/engine.cpp", '#include "engine/agent/agent.h"')

    def test_heavy_dependencies_stay_where_they_are(self):
        self.assert_forbidden("cli/main.cpp", "#include <curl/curl.h>")
        self.assert_forbidden("compiler/sema/x.cpp", "#include <antlr4-runtime.h>")
        self.assert_forbidden("engine/handlers/x.cpp", "#include <boost/beast.hpp>")
        self.assert_forbidden("engine/store/sqlite_store.cpp", "#include <sqlite3.h>")
        self.assert_allowed("engine/store/database.cpp", "#include <sqlite3.h>")
        self.assert_allowed("providers/http/curl_client.cpp", "#include <curl/curl.h>")

    def test_an_empty_tree_is_an_error(self):
        self.assertNotEqual(check({})[0], 0)


if __name__ == "__main__":
    unittest.main()
