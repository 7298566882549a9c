#include "engine/daemon/data_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace berth::engine {
namespace {

Error failed(const std::string& path, const std::string& why) { return {"data-dir", "can't use the data directory " + path + ": " + why}; }
std::string system_reason() { return std::system_category().message(errno); }

}  // namespace

Result<DataDir> DataDir::lock(const std::string& path) {
  std::error_code code;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), code);
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return failed(path, system_reason());
  const std::string lock_file = path + "/lock";
  const int descriptor = ::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return failed(path, system_reason());
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    const std::string why = errno == EWOULDBLOCK ? "another engine is using it" : system_reason();
    ::close(descriptor);
    return failed(path, why);
  }
  // For people who look; nothing depends on it.
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(descriptor, 0) != 0 || ::write(descriptor, pid.data(), pid.size()) < 0) {
    const std::string why = system_reason();
    ::close(descriptor);
    return failed(path, why);
  }
  return DataDir(path, descriptor);
}

DataDir::DataDir(DataDir&& other) noexcept : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

DataDir::~DataDir() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace berth::engine
