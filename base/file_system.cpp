#include "base/file_system.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

namespace berth {
namespace {

Error system_error(const std::string& doing, const std::string& path) {
  return {errno == ENOENT ? "not-found" : "io", fmt::format("cannot {} {}: {}", doing, path, std::strerror(errno))};
}

/// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

Result<std::string> RealFileSystem::read(const std::string& path) const {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return system_error("read", path);
  std::string content;
  char buffer[65536];
  for (;;) {
    const ssize_t n = ::read(file.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error("read", path);
    if (n == 0) return content;
    content.append(buffer, static_cast<std::size_t>(n));
  }
}

bool RealFileSystem::is_directory(const std::string& path) const {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

Result<std::vector<std::string>> RealFileSystem::list_files(const std::string& directory) const {
  std::error_code error;
  std::vector<std::string> names;
  for (std::filesystem::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->is_regular_file(ignored)) names.push_back(it->path().filename().string());
  }
  if (error) return Error{"read", fmt::format("cannot list {}: {}", directory, error.message())};
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::string> MemoryFileSystem::read(const std::string& path) const {
  const auto found = files_.find(path);
  if (found == files_.end()) return Error{"not-found", fmt::format("cannot read {}: no such file", path)};
  return found->second;
}

bool MemoryFileSystem::is_directory(const std::string& path) const {
  const std::string prefix = path == "." ? "" : path + "/";
  const auto next = files_.lower_bound(prefix);
  return next != files_.end() && next->first.starts_with(prefix);
}

Result<std::vector<std::string>> MemoryFileSystem::list_files(const std::string& directory) const {
  const std::string prefix = directory == "." ? "" : directory + "/";
  std::vector<std::string> names;
  for (const auto& [path, content] : files_) {
    if (!path.starts_with(prefix)) continue;
    const std::string name = path.substr(prefix.size());
    if (name.find('/') == std::string::npos) names.push_back(name);
  }
  if (names.empty() && !is_directory(directory))
    return Error{"read", fmt::format("cannot list {}: no such directory", directory)};
  return names;
}

Result<void> write_file_atomically(const std::string& path, const std::string& content, unsigned mode) {
  const std::string temporary = fmt::format("{}.{}.tmp", path, ::getpid());
  {
    const Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
    if (file.get() < 0) return system_error("write", temporary);
    for (std::size_t done = 0; done < content.size();) {
      const ssize_t n = ::write(file.get(), content.data() + done, content.size() - done);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) {
        const Error error = system_error("write", temporary);
        ::unlink(temporary.c_str());
        return error;
      }
      done += static_cast<std::size_t>(n);
    }
    if (::fsync(file.get()) != 0) {
      const Error error = system_error("write", temporary);
      ::unlink(temporary.c_str());
      return error;
    }
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const Error error = system_error("write", path);
    ::unlink(temporary.c_str());
    return error;
  }
  const Descriptor directory(::open(parent_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() >= 0) ::fsync(directory.get());
  return {};
}

}  // namespace berth
