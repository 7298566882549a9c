#include "compiler/sema/stencil.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "base/diagnostic_render.h"
#include "compiler/compile.h"
#include "ir/json_text.h"
#include "tests/support/compile_case.h"

using namespace berth;
using namespace berth::test;

namespace {

constexpr const char* kHead = "stack shop { }\ncluster main { }\n";

/// What the compiler makes of a stack: the resources with their origins, or what is wrong.
std::string outcome(const std::string& text, bool in_full) {
  Compiled result;
  result.program = compile({.path = ".", .chains = in_full}, MemoryFileSystem({{"main.ecs", text}}), result.sources, result.sink);
  return (result.program ? ir::pretty_text(*result.program, true) : "") + render_all(result.sink.sorted(), *result.sources);
}

struct Case {
  const char* name;
  const char* text;
};

/// Each makes several resources of one text.
constexpr Case kCases[] = {
    {"the same shape, other texts", R"(
let two = 2
for i in 1..5 {
  service "s${i}" {
    cluster = main
    replicas = i
    task {
      memory = 512 MiB
      container app { image = "shop/app:${i}", env { A = "${i}", B = "b", C = "${two}" }, port http = 8000 + i, health { command = shell("true") } }
      container side { image = "shop/side:1", depends_on { app = "healthy" } }
    }
  }
})"},
    {"a setting that some turns leave out", R"(
for i in 1..6 {
  service "s${i}" {
    cluster = main
    grace = if i == 2 or i == 5 then 30s else null
    task { memory = 512 MiB, container app { image = "shop/app:1", port http = 80, health { command = shell("true") }, env { A = if i > 3 then "x" else null, B = "${i}" } } }
  }
})"},
    {"a setting that the first turns leave out", R"(
for i in 1..6 {
  service "s${i}" {
    cluster = main
    task { memory = 512 MiB, container app { image = "shop/app:1", workdir = if i > 4 then "/srv/${i}" else null } }
  }
})"},
    {"blocks that depend on the turn", R"(
for i in 1..6 {
  service "s${i}" {
    cluster = main
    task { memory = 512 MiB, container app { image = "shop/app:1", if i > 2 { port http = 80 + i } }, container "side${i}" { image = "shop/side:1" } }
  }
})"},
    {"a let inside, and a loop inside a map", R"(
for i in 1..4 {
  let name = "n${i}"
  service "s${i}" {
    let more = i * 2
    cluster = main
    replicas = more
    task { memory = 512 MiB, container app { image = "shop/app:1", env { for k in 1..i { "K${k}" = "v${k}-${name}" } } } }
  }
})"},
    {"settings that read others of the resource, and of the resource before", R"(
service s0 { cluster = main, replicas = 1, task { memory = 512 MiB, container app { image = "shop/app:1" } } }
for i in [1, 2, 3, 4] {
  service "s${i}" {
    cluster = main
    replicas = s0.replicas + i
    task { memory = 512 MiB, container app { image = "shop/app:1", cpu = 128 units, env { A = "${s0.replicas}" } } }
  }
}
output last: int = s4.replicas
output first: int = s1.replicas)"},
    {"a preset and a function", R"(
fn half(x: int): int = floor(x / 2)
preset container small { cpu = 128 units, memory = 128 MiB, env { FROM = "preset" } }
for i in [2, 4, 6] {
  service "s${i}" { cluster = main, replicas = half(i), task { memory = 512 MiB, container app { image = "shop/app:1", use small, env { I = "${half(i)}" } } } }
})"},
    {"instances of a component", R"(
component web {
  param image: image
  param replicas: int = half(2)
  service this { cluster = main, replicas = replicas, task { memory = 512 MiB, container app { image = image, env { A = "a" } } } }
}
fn half(x: int): int = floor(x / 2)
web a { image = "shop/a:1" }
web b { image = "shop/b:1", replicas = 3 }
for i in 1..3 { web "c${i}" { image = "shop/c:${i}", replicas = i } })"},
    {"a value that is wrong in a later turn", R"(
for i in 1..5 {
  service "s${i}" { cluster = main, replicas = 3 - i, task { memory = 512 MiB, container app { image = "shop/app:1", port http = 65533 + i } } }
})"},
    {"a name that is wrong in every turn", R"(
for i in 1..3 {
  service "s${i}" { cluster = main, task { memory = 512 MiB, container app { image = "shop/app:1", depends_on { nobody = "start" }, env { A = missing } } } }
})"},
    {"a required setting that a later turn leaves out", R"(
for i in 1..4 {
  service "s${i}" { cluster = main, task { memory = 512 MiB, container app { image = if i < 3 then "shop/app:1" else null } } }
})"},
    {"sensitive values and secrets", R"(
param password: sensitive(string) = "hunter2"
extern secret db { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:db-AbCdEf" }
for i in 1..3 {
  service "s${i}" { cluster = main, task { memory = 512 MiB, execution_role = extern_role("arn:aws:iam::123456789012:role/x"), container app { image = "shop/app:1", env { P = "${password}-${i}" }, secrets { DB = db } } } }
})"},
};

/// The same for so many turns that they are made several at once where each is no more than texts with the loop's names in them.
constexpr Case kManyTurns[] = {
    {"plain texts", R"(
for i in 0..599 {
  service "s${i}" {
    cluster = main
    task { memory = 512 MiB, container app { image = "shop/app:1.${i}", env { A = "a-${i}-${i}", B = "b", "C.D" = "${i}" }, port http = 80 } }
  }
})"},
    {"two resources a turn, one of them with a number, and a read of one of the last", R"(
for i in 0..399 {
  service "s${i}" { cluster = main, replicas = 2, task { memory = 512 MiB, container app { image = "shop/app:${i}" } } }
  task "t${i}" { memory = 512 MiB, container app { image = "shop/job:1", cpu = 128 units, env { N = "${i}" }, stop_timeout = 1s * (mod(i, 9) + 2) } }
}
service reader { cluster = main, task { memory = 512 MiB, container app { image = s398.task.container.app.image, env { N = t7.container.app.env["N"] } } } })"},
    {"names of other kinds: of a map, of a list of records, amounts, flags", R"(
let rows = [for i in 0..599: { key = "k${i}", size = 1 MiB * (i + 1), on = mod(i, 2) == 0, part = 1 }]
for row in rows {
  service "s-${row.key}" { cluster = main, task { memory = 512 MiB, container app { image = "shop/app:1", env { A = "${row.size} ${row.on}", B = row.key } } } }
}
for name, value in { for i in 0..599: "m${i}" => 1 MiB * (i + 1) } {
  service "${name}" { cluster = main, task { memory = 512 MiB, container app { image = "shop/${name}:1", env { SIZE = "${value}", NAME = "${name}" } } } }
})"},
    {"an image that is wrong in a late turn", R"(
for name in [for i in 0..599: if i == 555 then "Bad Name" else "n${i}"] {
  task "t${length(name)}-${replace(name, " ", "-")}" { memory = 512 MiB, container app { image = "shop/${name}:1", env { A = "${name}" } } }
})"},
    {"a text that is sensitive in a late turn", R"(
param password: sensitive(string) = "hunter2"
for key, name in { for i in 0..599: "u${i}" => if i == 333 then password else "n${i}" } {
  task "${key}" { memory = 512 MiB, container app { image = "shop/app:1", env { A = "x${name}" } } }
})"},
    {"names that come through a let, in the loop and outside", R"(
let registry = "registry.example.com"
for i in 0..599 {
  let label = "l-${i}"
  service "s${i}" { cluster = main, task { memory = 512 MiB, container app { image = "${registry}/app:${i}", env { A = "${label}", B = "${i}" } } } }
})"},
    {"instances of a component", R"(
component web {
  param image: image
  param level: string = "info"
  service this { cluster = main, task { memory = 512 MiB, container app { image = image, env { LEVEL = "${level}" } } } }
}
for i in 0..599 { web "c${i}" { image = "shop/c:${i}", level = "l${i}" } })"},
    {"more than a stack may have", R"(
let long = join("", [for i in 0..9999: "0123456789abcdef"])
for i in 0..2999 {
  task "t${i}" { memory = 512 MiB, container app { image = "shop/app:1", env { A = "${long}-${i}" } } }
})"},
};

}  // namespace

TEST_CASE("resources of one text are what they are when each is put together in full") {
  for (const Case& one : kCases) {
    INFO(one.name);
    const std::string text = std::string(kHead) + one.text;
    CHECK(outcome(text, false) == outcome(text, true));
  }
}

TEST_CASE("so are those of many turns") {
  for (const Case& one : kManyTurns) {
    INFO(one.name);
    const std::string text = std::string(kHead) + one.text;
    const std::string made = outcome(text, false);
    const std::string in_full = outcome(text, true);
    const auto [at, other] = std::mismatch(made.begin(), made.end(), in_full.begin(), in_full.end());
    INFO("made: " << made.substr(static_cast<std::size_t>(at - made.begin()), 300) << "\nin full: " << in_full.substr(static_cast<std::size_t>(other - in_full.begin()), 300));
    CHECK((made == in_full));
    CHECK(made.find("E0010") == std::string::npos);  // all is read
  }
}

TEST_CASE("a loop makes what its turns make when they are written out") {
  const auto service = [](const std::string& i) {
    return "service s" + i + " { cluster = main, replicas = " + i + ", task { memory = 512 MiB, container app { image = \"shop/app:" + i + "\", env { A = \"" + i + "\", B = \"b\" } } } }\n";
  };
  std::string flat = "stack shop { }\ncluster main { }\n";
  for (const char* i : {"1", "2", "3", "4"}) flat += service(i);
  const std::string loop =
      "stack shop { }\ncluster main { }\nfor i in 1..4 { service \"s${i}\" { cluster = main, replicas = i, task { memory = 512 MiB, container app { image = \"shop/app:${i}\", env { A = \"${i}\", B = \"b\" } } } } }\n";
  const Compiled one = compile_files({{"main.ecs", flat}});
  const Compiled other = compile_files({{"main.ecs", loop}});
  REQUIRE(one.program);
  REQUIRE(other.program);
  CHECK(ir::pretty_text(*one.program, false) == ir::pretty_text(*other.program, false));
}
