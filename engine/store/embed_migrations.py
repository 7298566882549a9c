#!/usr/bin/env python3
"""embed_migrations.py OUTPUT FILE...: the scripts as C++ string literals, in the order given."""
import sys

output, files = sys.argv[1], sys.argv[2:]
with open(output, "w", encoding="utf-8") as out:
    out.write('#include "engine/store/migrations.h"\n\nnamespace berth::engine {\n\n'
              "const std::vector<std::string_view>& migrations() {\n  static const std::vector<std::string_view> kMigrations{\n")
    for path in files:
        with open(path, encoding="utf-8") as file:
            out.write(f'      R"sql({file.read()})sql",\n')
    out.write("  };\n  return kMigrations;\n}\n\n}  // namespace berth::engine\n")
