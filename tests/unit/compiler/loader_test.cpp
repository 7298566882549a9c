#include "compiler/loader.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "base/hash.h"
#include "compiler/module_path.h"
#include "compiler/standard_library.h"
#include "compiler/syntax/parse.h"

using namespace berth;

namespace {

struct Loaded {
  SourceSet sources;
  DiagnosticSink sink;
  LoadedStack stack;

  explicit Loaded(std::map<std::string, std::string> files, const std::string& path = ".") { stack = load(path, MemoryFileSystem(std::move(files)), sources, sink); }

  std::string codes() const {
    std::string all;
    for (const Diagnostic& diagnostic : sink.sorted()) all += (all.empty() ? "" : " ") + diagnostic.code;
    return all;
  }
  std::string names() const {
    std::string all;
    for (const LoadedModule& module : stack.modules) all += fmt::format("[{}:{}]", module.name, module.files.size());
    return all;
  }
};

std::string lock_line(const std::string& name, const std::map<std::string, std::string>& files, const std::string& path) {
  return fmt::format("module  {}  sha256:{}  {}\n", name, module_hash(files), path);
}

}  // namespace

TEST_CASE("a module is loaded once, however often it is imported", "[loader]") {
  const Loaded loaded({{"a.ecs", "import \"./lib/x.ecs\" as x\nimport \"./lib\" as lib"},
                       {"b.ecs", "from \"./lib/../lib/x.ecs\" import y"},
                       {"lib/x.ecs", "from \"std/presets\" import hardened"},
                       {"lib/y.ecs", ""}});
  CHECK(loaded.codes().empty());
  CHECK(loaded.names() == "[:2][./lib/x.ecs:1][std/presets:1][./lib:2]");
  CHECK(loaded.stack.imports.size() == 5);  // x.ecs is read twice: as a file and as a part of its directory
  for (const auto& [span, index] : loaded.stack.imports) {
    const std::string_view text = loaded.sources.text(span);
    CHECK(text.front() == '"');
    if (text.find("x.ecs") != std::string_view::npos) CHECK(loaded.stack.modules[index].name == "./lib/x.ecs");
  }
}

TEST_CASE("modules are named from the stack, wherever the compiler is started", "[loader]") {
  const std::map<std::string, std::string> files{{"main.ecs", "import \"./lib/x.ecs\" as x"}, {"lib/x.ecs", "import \"../y.ecs\" as y"}, {"y.ecs", ""}};
  std::map<std::string, std::string> deeper;
  for (const auto& [path, text] : files) deeper.emplace("at/shop/" + path, text);
  const Loaded here(files, "main.ecs");
  const Loaded there(deeper, "at/shop/main.ecs");
  CHECK(here.codes().empty());
  CHECK(there.codes().empty());
  CHECK(here.names() == "[:1][./lib/x.ecs:1][./y.ecs:1]");
  CHECK(here.names() == there.names());
  CHECK(here.stack.root == ".");
  CHECK(there.stack.root == "at/shop");
}

TEST_CASE("relative imports stay in the stack, or below the berth.lock above it", "[loader]") {
  const std::map<std::string, std::string> files{{"stacks/shop/main.ecs", "import \"../../modules/x.ecs\" as x"}, {"modules/x.ecs", ""}};
  CHECK(Loaded(files, "stacks/shop").codes() == "E0230");
  auto locked = files;
  locked["berth.lock"] = "";
  const Loaded loaded(locked, "stacks/shop");
  CHECK(loaded.codes().empty());
  CHECK(loaded.stack.project == ".");
  CHECK(loaded.stack.root == "stacks/shop");
  CHECK(loaded.names() == "[:1][../../modules/x.ecs:1]");
  locked["stacks/berth.lock"] = "";
  CHECK(Loaded(locked, "stacks/shop").codes() == "E0230");
  locked.erase("stacks/berth.lock");
  locked["stacks/.git/HEAD"] = "";
  CHECK(Loaded(locked, "stacks/shop").codes() == "E0230");
}

TEST_CASE("berth.lock is found above the directory that the compiler is started in", "[loader]") {
  const Loaded loaded({{"../berth.lock", ""}, {"../x.ecs", ""}, {"main.ecs", "import \"../x.ecs\" as x"}});
  CHECK(loaded.codes().empty());
  CHECK(loaded.stack.project == "..");
  CHECK(loaded.names() == "[:1][../x.ecs:1]");
}

TEST_CASE("a remote module is what its hash covers, byte by byte", "[loader]") {
  const std::string name = "github.com/acme/m@1.4.2";
  const std::map<std::string, std::string> texts{{"a.ecs", "let a = 1\n"}, {"b.ecs", "let b = 2\n"}};
  std::map<std::string, std::string> files{{"main.ecs", "import \"" + name + "\" as m"}, {"berth.lock", lock_line(name, texts, "vendor/m")}, {"vendor/m/README.md", "not covered"}};
  for (const auto& [file, text] : texts) files["vendor/m/" + file] = text;
  CHECK(Loaded(files).codes().empty());
  CHECK(Loaded(files).names() == "[:1][github.com/acme/m@1.4.2:2]");
  const auto with = [&](const std::string& path, const std::string& text) {
    auto changed = files;
    changed[path] = text;
    return Loaded(changed).codes();
  };
  CHECK(with("vendor/m/a.ecs", "let a = 2\n") == "E0233");
  CHECK(with("vendor/m/c.ecs", "") == "E0233");
  auto fewer = files;
  fewer.erase("vendor/m/b.ecs");
  CHECK(Loaded(fewer).codes() == "E0233");
  fewer.erase("vendor/m/a.ecs");
  CHECK(Loaded(fewer).codes() == "E0902");
  CHECK(with("main.ecs", "import \"github.com/acme/m@1.4.3\" as m") == "E0232");
}

TEST_CASE("the hash of a module is what `sha256sum *.ecs | sha256sum` prints", "[loader]") {
  const std::string a = sha256_hex("let a = 1\n");
  CHECK(module_hash({{"a.ecs", "let a = 1\n"}}) == sha256_hex(a + "  a.ecs\n"));
  CHECK(module_hash({{"a.ecs", "let a = 1\n"}, {"b.ecs", ""}}) == sha256_hex(a + "  a.ecs\n" + sha256_hex("") + "  b.ecs\n"));
}

TEST_CASE("modules in a ring are one error each, and end", "[loader]") {
  std::map<std::string, std::string> files{{"main.ecs", "import \"./m0\" as m"}};
  constexpr int kRing = 200;
  for (int i = 0; i < kRing; ++i) files[fmt::format("m{}/x.ecs", i)] = fmt::format("import \"../m{}\" as next", (i + 1) % kRing);
  const Loaded loaded(files);
  CHECK(loaded.codes() == "E0210");
  CHECK(loaded.stack.modules.size() == kRing + 1);
}

TEST_CASE("files of modules count as files of the stack", "[loader]") {
  std::map<std::string, std::string> files{{"main.ecs", "import \"./m\" as m"}};
  for (std::size_t i = 0; i < kMaxStackFiles; ++i) files[fmt::format("m/{}.ecs", i)] = "";
  CHECK(Loaded(files).codes() == "E0901");
  files.erase("m/0.ecs");
  CHECK(Loaded(files).codes().empty());
}

TEST_CASE("which versions are one version", "[loader]") {
  for (const char* exact : {"1.4.2", "0.0.0", "10.20.30", "1.4.2-rc.1", "1.4.2+build.7", "1.4.2-rc+b"}) CHECK(is_exact_version(exact));
  for (const char* inexact : {"", "1", "1.4", "1.4.2.1", "v1.4.2", "^1.4.2", "1.4.x", "latest", "1..2", "1.4.", "1.4.2-", "1.4.2+", "1.4.2-a b"}) CHECK_FALSE(is_exact_version(inexact));
}

TEST_CASE("which paths lie inside a directory", "[loader]") {
  CHECK(is_inside(".", "a/b"));
  CHECK(is_inside("a", "a"));
  CHECK(is_inside("a", "a/b"));
  CHECK(is_inside("..", "../a"));
  CHECK(is_inside("../..", "../a"));
  CHECK(is_inside("/", "/a"));
  CHECK(is_inside("/a", "/a/b"));
  CHECK_FALSE(is_inside(".", "../a"));
  CHECK_FALSE(is_inside("a", "ab"));
  CHECK_FALSE(is_inside("a", "."));
  CHECK_FALSE(is_inside("..", "../../a"));
  CHECK_FALSE(is_inside("../a", "../b"));
  CHECK_FALSE(is_inside(".", "/a"));
  CHECK_FALSE(is_inside("/a", "a"));
}

TEST_CASE("the standard library is part of the program, and parses", "[loader]") {
  REQUIRE(find_standard_module("std/presets") != nullptr);
  CHECK(find_standard_module("std/nothing") == nullptr);
  for (const StandardModule& module : standard_library()) {
    SourceSet sources;
    DiagnosticSink sink;
    syntax::parse(sources.add(std::string(module.path), std::string(module.text)), sources, sink);
    INFO(module.name);
    CHECK(sink.empty());
  }
}
