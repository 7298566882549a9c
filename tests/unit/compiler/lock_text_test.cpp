#include <catch2/catch.hpp>

#include "compiler/lock_images.h"

using namespace berth;

namespace {

const std::string kA = "sha256:" + std::string(64, 'a');
const std::string kB = "sha256:" + std::string(64, 'b');

const std::map<std::string, ImageLine> kWeb{{"shop/web:1", {.digest = kA, .platforms = 2, .date = "2025-06-02"}}};

}  // namespace

TEST_CASE("a new lock file has the images alone, by reference") {
  std::map<std::string, ImageLine> images = kWeb;
  images["busybox:1"] = {.digest = kB, .platforms = 1, .date = "2025-06-03"};
  CHECK(with_images("", images) == "image  busybox:1  " + kB + "  1 platform  locked 2025-06-03\nimage  shop/web:1  " + kA + "  2 platforms  locked 2025-06-02\n");
}

TEST_CASE("modules, schemas, blank lines and comments keep their places; images stand above them") {
  const std::string before = "# what comes from elsewhere\n\nmodule  a@1  " + kA + "  vendor/a   # ours\nschema  ecs 1  " + kB + "\n";
  CHECK(with_images(before, kWeb) == "# what comes from elsewhere\n\nimage  shop/web:1  " + kA + "  2 platforms  locked 2025-06-02\nmodule  a@1  " + kA + "  vendor/a   # ours\nschema  ecs 1  " + kB + "\n");
}

TEST_CASE("a line that changes keeps its comments, others keep every byte, and all are sorted") {
  const std::string before = "# the file\nimage\tzed:1\t" + kA + "\n# pinned for the audit\n# of May\nimage shop/web:1 " + kB + " 1 platform locked 2024-01-01  # why\nmodule  a@1  " + kA + "  vendor/a\nimage  busybox:1  " + kB + "\n";
  CHECK(with_images(before, kWeb) == "# the file\nimage  busybox:1  " + kB + "\n# pinned for the audit\n# of May\nimage  shop/web:1  " + kA +
                                         "  2 platforms  locked 2025-06-02  # why\nimage\tzed:1\t" + kA + "\nmodule  a@1  " + kA + "  vendor/a\n");
}

TEST_CASE("written twice it is the same") {
  const std::string once = with_images("# head\nmodule  a@1  " + kA + "  vendor/a\n# about zed\nimage  zed:1  " + kB, kWeb);
  CHECK(with_images(once, kWeb) == once);
}

TEST_CASE("what is written can be read") {
  SourceSet sources;
  DiagnosticSink sink;
  const Lock lock = parse_lock(sources.add("berth.lock", with_images("", kWeb)), sources, sink);
  CHECK(sink.empty());
  REQUIRE(lock.images.contains("shop/web:1"));
  CHECK(lock.images.at("shop/web:1").hash == kA);
}

TEST_CASE("an address means a container by task, by service and by both with the container") {
  ir::Program program{.stack = "shop"};
  ir::Map body;
  body.set("task", ir::Value::reference({"task", "web"}));
  program.resources[{"service", "front"}] = {.address = {"service", "front"}, .body = ir::Value::map(body), .origin = {}, .doc = ""};
  const ImageUse use{.reference = "shop/web:1", .task = {"task", "web"}, .container = "app", .span = {}};
  for (const char* address : {"task.web", "web", "task.web.app", "web.app", "task.web.container.app", "service.front", "front", "front.app", "service.front.task.app"}) {
    CAPTURE(address);
    CHECK(means(address, use, program));
  }
  for (const char* address : {"task.we", "app", "task.web.side", "service.web", "front.side"}) {
    CAPTURE(address);
    CHECK_FALSE(means(address, use, program));
  }
}
