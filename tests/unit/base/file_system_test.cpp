#include "base/file_system.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include <catch2/catch.hpp>

using namespace berth;

namespace {

/// A directory that goes away with the test.
class TemporaryDirectory {
 public:
  TemporaryDirectory() { path_ = mkdtemp(template_); }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  char template_[32] = "/tmp/berth-files-XXXXXX";
  std::string path_;
};

}  // namespace

TEST_CASE("a file is written whole or not at all") {
  const TemporaryDirectory directory;
  const RealFileSystem disk;
  const std::string path = directory / "plan.json";
  REQUIRE(write_file_atomically(path, "first", 0600));
  REQUIRE(write_file_atomically(path, std::string(100'000, 'x'), 0600));
  CHECK(disk.read(path)->size() == 100'000);
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600);
  CHECK(disk.list_files(directory.path())->size() == 1);

  const auto failed = write_file_atomically(directory / "no/such/file", "x");
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == "not-found");
  std::filesystem::create_directory(directory / "taken");
  std::filesystem::create_directory(directory / "taken/inner");
  CHECK_FALSE(write_file_atomically(directory / "taken", "x"));
  CHECK(disk.list_files(directory.path())->size() == 1);
}

TEST_CASE("the real and the memory file system agree") {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory / "sub");
  REQUIRE(write_file_atomically(directory / "b.ecs", "b"));
  REQUIRE(write_file_atomically(directory / "a.ecs", "a"));
  REQUIRE(write_file_atomically(directory / "sub/c.ecs", "c"));
  const RealFileSystem real;
  const MemoryFileSystem memory({{"r/a.ecs", "a"}, {"r/b.ecs", "b"}, {"r/sub/c.ecs", "c"}});
  const std::pair<const FileSystem*, std::string> both[] = {{&real, directory.path()}, {&memory, "r"}};
  for (const auto& [files, root] : both) {
    CHECK(*files->list_files(root) == std::vector<std::string>{"a.ecs", "b.ecs"});
    CHECK(files->is_directory(root));
    CHECK(files->is_directory(root + "/sub"));
    CHECK_FALSE(files->is_directory(root + "/a.ecs"));
    CHECK_FALSE(files->is_directory(root + "/none"));
    CHECK(*files->read(root + "/sub/c.ecs") == "c");
    CHECK(files->read(root + "/none").error().code == "not-found");
    CHECK_FALSE(files->list_files(root + "/none"));
  }
}
