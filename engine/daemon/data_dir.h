#pragma once

#include <string>

#include "base/result.h"

namespace berth::engine {

/// An engine's directory, held for as long as this lives: a second engine on it is refused. The system lets go of it when the process dies,
/// however it dies.
class DataDir {
 public:
  /// Makes the directory (mode 0700) if it is missing. Errors: code "data-dir".
  static Result<DataDir> lock(const std::string& path);
  DataDir(DataDir&& other) noexcept;
  DataDir& operator=(DataDir&&) = delete;
  DataDir(const DataDir&) = delete;
  DataDir& operator=(const DataDir&) = delete;
  ~DataDir();
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  DataDir(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  std::string path_;
  int descriptor_;
};

}  // namespace berth::engine
