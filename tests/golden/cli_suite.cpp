#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include <fmt/format.h>

#include "tests/support/golden.h"
#include "tests/support/normalize.h"

/// Suite `cli`: the real binary, run with command lines in a directory that holds the case's files. Sections `run` are command lines, one a
/// line, `berth` first, a file to read from behind `<`; a line `$ NAME=value` before one sets a variable for it. A line `copy FROM TO` copies a file of the directory.
/// Expected is `output`: for each command line its stdout, stderr and exit code. The directory and what differs from run to run are replaced by names. There is no engine
/// and no terminal.
namespace {

using berth::test::CaseFile;
namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// A directory that is gone at the end.
class Scratch {
 public:
  Scratch() {
    std::string pattern = (fs::temp_directory_path() / "berth-cli-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) {
      std::cerr << "cannot make a directory " << pattern << "\n";
      std::exit(2);
    }
    path_ = pattern;
  }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// Words of a command line; '…' keeps blanks together.
std::vector<std::string> words(const std::string& line) {
  std::vector<std::string> all;
  std::string word;
  bool quoted = false;
  bool any = false;
  for (const char c : line) {
    if (c == '\'') {
      quoted = !quoted;
      any = true;
    } else if (c == ' ' && !quoted) {
      if (any) all.push_back(word);
      word.clear();
      any = false;
    } else {
      word.push_back(c);
      any = true;
    }
  }
  if (any) all.push_back(word);
  return all;
}

struct Outcome {
  std::string out;
  std::string err;
  int code = 0;
};

/// Cuts `< FILE` off the end of the words; nothing stands for no input.
std::string take_input(std::vector<std::string>& words, const fs::path& directory) {
  if (words.size() < 2 || words[words.size() - 2] != "<") return "/dev/null";
  const std::string path = (directory / "work" / words.back()).string();
  words.resize(words.size() - 2);
  return path;
}

Outcome run_berth(std::vector<std::string> arguments, const fs::path& directory, const std::vector<std::string>& variables) {
  const fs::path out = directory / ".stdout";
  const fs::path err = directory / ".stderr";
  const std::string in = take_input(arguments, directory);
  arguments.front() = (fs::read_symlink("/proc/self/exe").parent_path() / "berth").string();
  // `env -C` starts it in the directory, `-i` with these variables alone.
  std::vector<std::string> command{"/usr/bin/env", "-i", "-C", (directory / "work").string(), "HOME=" + directory.string(),
                                   "XDG_RUNTIME_DIR=" + directory.string(), "BERTH_ENGINE=unix://" + (directory / "engine.sock").string(), "BERTH_DATA_DIR=" + (directory / "data").string(),
                                   "PATH=/usr/bin:/bin"};
  command.insert(command.end(), variables.begin(), variables.end());
  command.insert(command.end(), arguments.begin(), arguments.end());

  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, in.c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  std::vector<char*> argv;
  for (std::string& argument : command) argv.push_back(argument.data());
  argv.push_back(nullptr);
  char* const nothing[] = {nullptr};
  pid_t pid = 0;
  const int failed = posix_spawn(&pid, argv.front(), &files, nullptr, argv.data(), nothing);
  posix_spawn_file_actions_destroy(&files);
  if (failed != 0) return {"", "cannot start env", -1};
  int status = 0;
  waitpid(pid, &status, 0);
  return {read_file(out), read_file(err), WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status)};
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
}

std::string block(const std::string& name, const std::string& text) {
  if (text.empty()) return "";
  return fmt::format("{}:\n{}{}", name, text, text.back() == '\n' ? "" : "\n(no newline)\n");
}

std::string normalized(std::string text, const fs::path& directory, berth::test::Normalizer& normalizer) {
  replace_all(text, directory.string(), "<dir>");
  return normalizer.normalize(text);
}

std::map<std::string, std::string> run(const CaseFile& file) {
  Scratch scratch;
  fs::create_directories(scratch.path() / "work");
  for (const auto& section : file.sections) {
    if (section.name == "run" || section.name == "output") continue;
    const fs::path path = scratch.path() / "work" / section.name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << section.text;
  }
  berth::test::Normalizer normalizer;
  std::string output;
  std::vector<std::string> variables;
  std::istringstream lines(file.text("run"));
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("$ ", 0) == 0) {
      variables.push_back(line.substr(2));
      continue;
    }
    if (line.empty()) continue;
    if (const auto parts = words(line); parts.size() == 3 && parts.front() == "copy") {
      fs::copy_file(scratch.path() / "work" / parts[1], scratch.path() / "work" / parts[2], fs::copy_options::overwrite_existing);
      continue;
    }
    const Outcome outcome = run_berth(words(line), scratch.path(), variables);
    output += fmt::format("{}> {}\n", output.empty() ? "" : "\n", line) + block("stdout", normalized(outcome.out, scratch.path(), normalizer)) +
              block("stderr", normalized(outcome.err, scratch.path(), normalizer)) + fmt::format("exit code: {}\n", outcome.code);
    variables.clear();
  }
  return {{"output", output}};
}

}  // namespace

int main(int argc, char** argv) { return berth::test::golden_main(argc, argv, {.inputs = {"run", "*.ecs", "*.plan", "*.json", "*.lock"}, .expected = {"output"}, .run = run}); }
