#include "compiler/fix_stack.h"

#include <catch2/catch.hpp>

namespace {

using namespace berth;

using Files = std::map<std::string, std::string>;

FixedStack fixed(const Files& files, const std::string& path = ".") { return fix_stack({.path = path, .variables = {}, .denied = {}}, MemoryFileSystem(files)); }

TEST_CASE("fixes of later stages come to light once the earlier ones are mended") {
  const Files files{{"main.ecs", "stack shop { }\nlet spare = 1;\nclutser main { }\ncluster other { tags { a = \"b\" c = \"d\" } }\n"}};
  const FixedStack result = fixed(files);
  REQUIRE(result.files.count("main.ecs") == 1);
  CHECK(result.files.at("main.ecs") == "stack shop { }\ncluster main { }\ncluster other { tags { a = \"b\", c = \"d\" } }\n");
  std::vector<std::string> codes;
  for (const AppliedFix& fix : result.applied) codes.push_back(fix.code);
  CHECK(codes == std::vector<std::string>{"E0007", "E0003", "E0201", "W0501"});
}

TEST_CASE("mending again changes nothing") {
  Files files{{"a.ecs", "stack shop { }\nlet x = 1\nlet y = x\n"}, {"b.ecs", "clustr main { }\nservice web { cluster = mian }\n"}};
  const FixedStack first = fixed(files);
  CHECK(first.applied.size() >= 3);
  for (const auto& [path, text] : first.files) files[path] = text;
  const FixedStack second = fixed(files);
  CHECK(second.files.empty());
  CHECK(second.applied.empty());
}

TEST_CASE("what changes the meaning is left to the user") {
  const Files files{{"main.ecs",
                     "stack shop { }\ntask job {\n  memory = 64 MiB\n  container app { image = \"a:1\", depends_on { b = \"healthy\" } }\n"
                     "  container b { image = \"b:1\" }\n}\n"}};
  CHECK(fixed(files).files.empty());
}

TEST_CASE("only the files of the stack are mended") {
  const Files files{{"shop/main.ecs", "stack shop { }\nclutser main { }\n"},
                    {"shop/deeper/other.ecs", "stack other { }\nclutser main { }\n"},
                    {"shop.ecs", "stack third { }\nclutser main { }\n"}};
  const FixedStack directory = fixed(files, "shop");
  CHECK(directory.files.size() == 1);
  CHECK(directory.files.count("shop/main.ecs") == 1);
  const FixedStack file = fixed(files, "shop.ecs");
  CHECK(file.files.size() == 1);
  CHECK(file.files.count("shop.ecs") == 1);
  CHECK(fixed(files, "shop/").files.size() == 1);
}

TEST_CASE("there is nothing to mend in what cannot be read") {
  CHECK(fixed({}, "nowhere").applied.empty());
  CHECK(fixed({{"main.ecs", "\xFF\xFE"}}).applied.empty());
}

}  // namespace
