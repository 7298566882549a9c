#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "cli/command.h"

namespace berth::cli {
namespace {

namespace fs = std::filesystem;

/// A directory that is gone at the end.
class Directory {
 public:
  Directory() {
    std::string pattern = (fs::temp_directory_path() / "berth-fix-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Directory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  [[nodiscard]] std::string at(const std::string& name) const { return (path_ / name).string(); }
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream file(path_ / name, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }

 private:
  fs::path path_;
};

struct Outcome {
  ExitCode code = ExitCode::ok;
  std::string out;
  std::string err;
};

Outcome check(std::vector<std::string> arguments) {
  std::ostringstream out;
  std::ostringstream err;
  Session session;
  session.out = &out;
  session.err = &err;
  arguments.insert(arguments.begin(), "check");
  const ExitCode code = run({check_command()}, arguments, session);
  return {code, out.str(), err.str()};
}

constexpr const char* kWrong = "stack shop { }\nclutser main { }\n";
constexpr const char* kRight = "stack shop { }\ncluster main { }\n";

TEST_CASE("--fix writes the file in place of the old one, with its mode, and leaves nothing else behind") {
  const Directory directory;
  directory.write("stack/main.ecs", kWrong);
  REQUIRE(chmod(directory.at("stack/main.ecs").c_str(), 0640) == 0);
  const Outcome first = check({"--fix", directory.at("stack")});
  CHECK(first.code == ExitCode::ok);
  CHECK(first.err.find("main.ecs:2:1: E0201: replace with `cluster`\n1 fix applied\n") != std::string::npos);
  CHECK(directory.read("stack/main.ecs") == kRight);
  CHECK((fs::status(directory.at("stack/main.ecs")).permissions() & fs::perms::all) == fs::perms(0640));
  CHECK(std::distance(fs::directory_iterator(directory.at("stack")), fs::directory_iterator()) == 1);
  const Outcome second = check({"--fix", directory.at("stack")});
  CHECK(second.code == ExitCode::ok);
  CHECK(second.err.find("there is nothing to fix") != std::string::npos);
}

TEST_CASE("without --fix nothing is written") {
  const Directory directory;
  directory.write("main.ecs", kWrong);
  CHECK(check({directory.at("main.ecs")}).code == ExitCode::source_errors);
  CHECK(directory.read("main.ecs") == kWrong);
}

TEST_CASE("a link out of the stack is not written through, and stays a link") {
  const Directory directory;
  directory.write("elsewhere/main.ecs", kWrong);
  fs::create_directories(directory.at("stack"));
  fs::create_symlink(directory.at("elsewhere/main.ecs"), directory.at("stack/main.ecs"));
  const Outcome outcome = check({"--fix", directory.at("stack")});
  CHECK(outcome.code == ExitCode::source_errors);
  CHECK(outcome.err.find("is a link") != std::string::npos);
  CHECK(directory.read("elsewhere/main.ecs") == kWrong);
  CHECK(fs::is_symlink(directory.at("stack/main.ecs")));
}

TEST_CASE("a directory that cannot be written to is said, and the file stays as it was") {
  if (geteuid() == 0) return;  // root may write everywhere
  const Directory directory;
  directory.write("stack/main.ecs", kWrong);
  REQUIRE(chmod(directory.at("stack").c_str(), 0555) == 0);
  const Outcome outcome = check({"--fix", directory.at("stack")});
  chmod(directory.at("stack").c_str(), 0755);
  CHECK(outcome.code == ExitCode::source_errors);
  CHECK(outcome.err.find("cannot write") != std::string::npos);
  CHECK(directory.read("stack/main.ecs") == kWrong);
}

TEST_CASE("colours go to a terminal, not with --no-color, and never into the other forms") {
  const Directory directory;
  directory.write("main.ecs", kWrong);
  const auto with = [&](std::vector<std::string> arguments, const std::map<std::string, std::string>& environment) {
    std::ostringstream out;
    std::ostringstream err;
    Session session;
    session.out = &out;
    session.err = &err;
    session.out_is_tty = session.err_is_tty = true;
    session.environment = environment;
    arguments.insert(arguments.begin(), {"check", directory.at("main.ecs")});
    run({check_command()}, arguments, session);
    return (out.str() + err.str()).find('\x1b') != std::string::npos;
  };
  CHECK(with({}, {}));
  CHECK_FALSE(with({"--no-color"}, {}));
  CHECK_FALSE(with({}, {{"NO_COLOR", "1"}}));
  for (const char* form : {"json", "sarif", "github"}) CHECK_FALSE(with({"--format", form}, {}));
}

}  // namespace
}  // namespace berth::cli
