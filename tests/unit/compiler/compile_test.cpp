#include "compiler/compile.h"

#include <catch2/catch.hpp>

#include "compiler/loader.h"
#include "tests/support/compile_case.h"

using namespace berth;
using namespace berth::test;

namespace {

constexpr std::string_view kStack = "stack shop { }\ncluster main { }\n";

std::vector<std::string> codes(const DiagnosticSink& sink) {
  std::vector<std::string> all;
  for (const Diagnostic& diagnostic : sink.sorted()) all.push_back(diagnostic.code);
  return all;
}

std::string service(int i) {
  return fmt::format(R"(
service s{0} {{
  cluster = main
  replicas = 2
  task {{
    memory = 512 MiB
    container app {{
      image = "shop/app:{0}"
      env {{ A = "{0}", B = "b", C = "c" }}
      port http = 8080
    }}
    container side {{ image = "shop/side:1" }}
  }}
}}
)",
                     i);
}

}  // namespace

TEST_CASE("a file, a directory and a file named like the command line's `-` compile alike") {
  const MemoryFileSystem files({{"dir/main.ecs", std::string(kStack)}, {"dir/notes.txt", "not ours"}, {"-", std::string(kStack)}});
  for (const std::string& path : std::vector<std::string>{"dir", "dir/main.ecs", "-"}) {
    DiagnosticSink sink;
    const auto sources = std::make_shared<SourceSet>();
    const auto program = compile({.path = path, .variables = {}}, files, sources, sink);
    INFO(path);
    REQUIRE(program);
    CHECK(program->stack == "shop");
    CHECK(program->id() == "shop/default");
    CHECK(program->resources.size() == 1);
    CHECK(program->sources == sources);
    CHECK(sources->size() == 1);
  }
}

TEST_CASE("what cannot be read is reported without a place") {
  DiagnosticSink sink;
  CHECK_FALSE(compile({.path = "nowhere.ecs", .variables = {}}, MemoryFileSystem(), std::make_shared<SourceSet>(), sink));
  CHECK(codes(sink) == std::vector<std::string>{"E0902"});
}

TEST_CASE("too many files are refused before any is read") {
  std::map<std::string, std::string> files;
  for (std::size_t i = 0; i <= kMaxStackFiles; ++i) files[fmt::format("f{}.ecs", i)] = "";
  const Compiled result = compile_files(files);
  CHECK_FALSE(result.program);
  CHECK(codes(result.sink) == std::vector<std::string>{"E0901"});
  CHECK(result.sources->size() == 0);
}

TEST_CASE("the order of files and of declarations does not matter") {
  const std::string web = service(1);
  const Compiled one = compile_files({{"a.ecs", std::string(kStack) + web}});
  const Compiled other = compile_files({{"a.ecs", web}, {"b.ecs", std::string(kStack)}});
  REQUIRE(one.program);
  REQUIRE(other.program);
  CHECK(ir::to_json(*one.program, false) == ir::to_json(*other.program, false));
}

TEST_CASE("origins point at the text that made a value, also through names") {
  const std::string text = std::string(kStack) + "param replicas: int = 3\n" + R"(
service web {
  cluster = main
  replicas = replicas
  task {
    memory = 64 MiB
    container app { image = "shop/app:1" }
  }
}
)";
  const Compiled result = compile_files({{"main.ecs", text}});
  REQUIRE(result.program);
  const ir::Resource& web = result.program->resources.at({"service", "web"});
  const ir::Value* replicas = ir::at(web.body, {"replicas"});
  CHECK(result.sources->text(replicas->origin().span) == "3");
  REQUIRE(replicas->origin().via != nullptr);
  CHECK(*replicas->origin().via == "replicas");
  CHECK(result.sources->text(web.origin) == "service web");
  CHECK(ir::at(web.body, {"name"})->origin().is_default);
  const ir::Resource& task = result.program->resources.at({"task", "web"});
  CHECK(result.sources->text(ir::at(task.body, {"container", "app", "image"})->origin().span) == "\"shop/app:1\"");
  CHECK(ir::at(task.body, {"container", "app", "essential"})->origin().is_default);
  CHECK(ir::at(web.body, {"task"})->as_reference()->target == ir::Address{"task", "web"});
}

TEST_CASE("a value from outside is text for text types and a literal for others, and never code") {
  const std::string text = "stack shop { }\nparam name: string\nparam n: int = 1\noutput all: string = \"${name}/${n}\"\n";
  const auto all = [&](const std::map<std::string, std::string>& given) {
    const Compiled result = compile_files({{"main.ecs", text}}, given);
    return result.program ? *result.program->outputs.at(0).value.as_string() : codes(result.sink).at(0);
  };
  CHECK(all({{"name", "x"}, {"n", "3"}}) == "x/3");
  CHECK(all({{"name", "\"${n}\""}}) == "\"${n}\"/1");
  CHECK(all({{"name", "x"}, {"n", "length([1])"}}) == "E0116");
  CHECK(all({{"name", "x"}, {"n", "3\nlet y = 4"}}) == "E0116");
  CHECK(all({{"name", ""}, {"n", "-7"}}) == "/-7");
}

TEST_CASE("one mistake in many iterations is one report") {
  const std::string text = std::string(kStack) + "for i in 1..1000 {\n  service \"s${i}\" {\n    cluster = mian\n    replicas = i + 1s\n    task { }\n  }\n}\n";
  const Compiled result = compile_files({{"main.ecs", text}});
  CHECK(codes(result.sink) == std::vector<std::string>{"E0204", "E0117", "E0319"});
}

TEST_CASE("work grows with the size of the stack, not faster") {
  // Steps are counted, so a loop over many services stays inside the budget exactly when nothing is quadratic in them.
  const std::string text = std::string(kStack) + R"(
for i in 1..8000 {
  service "s${i}" {
    cluster = main
    task {
      memory = 512 MiB
      container app { image = "shop/app:${i}", env { A = "a", N = "${i}" } }
    }
  }
}
)";
  const Compiled result = compile_files({{"main.ecs", text}});
  REQUIRE(result.program);
  CHECK(result.program->resources.size() == 16'001);
}

TEST_CASE("source that nests or repeats without end is refused, not followed") {
  std::string nested = "stack shop { }\noutput x: int = ";
  for (int i = 0; i < 5000; ++i) nested += "(";
  CHECK(codes(compile_files({{"main.ecs", nested}}).sink) == std::vector<std::string>{"E0901"});
}
