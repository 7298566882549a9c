#include "cli/saved_plan.h"

#include <fmt/format.h>

#include "base/file_system.h"
#include "base/hash.h"
#include "cli/version.h"
#include "compiler/lock.h"

namespace berth::cli {
namespace {

std::string this_tool() { return commit().empty() ? std::string(version()) : fmt::format("{} ({})", version(), commit()); }

}  // namespace

plan::MadeWith made_with(const SourceSet* sources) {
  plan::MadeWith made{.tool = this_tool(), .locks = {}};
  for (std::size_t i = 0; sources != nullptr && i < sources->size(); ++i) {
    const SourceFile& file = sources->file(static_cast<SourceId>(i));
    const bool is_lock = file.path() == kLockFile || file.path().ends_with("/" + std::string(kLockFile));
    if (is_lock) made.locks[file.path()] = sha256_hex(file.text());
  }
  return made;
}

Result<plan::SavedPlan> read_saved_plan(const std::string& path) {
  BERTH_TRY(text, RealFileSystem().read(path));
  auto saved = plan::load_plan(text);
  if (!saved) return saved.error().while_doing(path);
  return saved;
}

std::vector<std::string> made_otherwise(const plan::MadeWith& made_with) {
  std::vector<std::string> reasons;
  if (made_with.tool != this_tool()) reasons.push_back(fmt::format("it was made by berth {}, and this is another", made_with.tool));
  for (const auto& [path, digest] : made_with.locks) {
    const auto text = RealFileSystem().read(path);
    if (!text) reasons.push_back(fmt::format("{} is gone", path));
    else if (sha256_hex(*text) != digest) reasons.push_back(fmt::format("{} changed", path));
  }
  return reasons;
}

}  // namespace berth::cli
