#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace berth {

/// What the compiler needs of a disk. Paths are as the user gave them; "/" separates.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  /// Errors: code "not-found", or "read" with the system's reason.
  [[nodiscard]] virtual Result<std::string> read(const std::string& path) const = 0;
  [[nodiscard]] virtual bool is_directory(const std::string& path) const = 0;
  /// Names (not paths) of the regular files in a directory, sorted by bytes.
  [[nodiscard]] virtual Result<std::vector<std::string>> list_files(const std::string& directory) const = 0;
};

class RealFileSystem final : public FileSystem {
 public:
  [[nodiscard]] Result<std::string> read(const std::string& path) const override;
  [[nodiscard]] bool is_directory(const std::string& path) const override;
  [[nodiscard]] Result<std::vector<std::string>> list_files(const std::string& directory) const override;
};

/// For tests and for text that is not on a disk: path -> content.
class MemoryFileSystem final : public FileSystem {
 public:
  MemoryFileSystem() = default;
  explicit MemoryFileSystem(std::map<std::string, std::string> files) : files_(std::move(files)) {}
  void write(const std::string& path, std::string content) { files_[path] = std::move(content); }
  [[nodiscard]] Result<std::string> read(const std::string& path) const override;
  [[nodiscard]] bool is_directory(const std::string& path) const override;
  [[nodiscard]] Result<std::vector<std::string>> list_files(const std::string& directory) const override;

 private:
  std::map<std::string, std::string> files_;
};

/// Writes `content` so that readers see the old file or the new one, never half of it (temporary file, fsync, rename).
Result<void> write_file_atomically(const std::string& path, const std::string& content, unsigned mode = 0644);

}  // namespace berth
