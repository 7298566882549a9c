#include "compiler/export/rename.h"

#include <algorithm>

namespace berth::exporting {
namespace {

class Renamer {
 public:
  Renamer(const Renaming& renaming, std::vector<std::string>& missing) : renaming_(renaming), missing_(missing) {}

  // NOLINTNEXTLINE(misc-no-recursion)
  Json run(const Json& value, std::string_view parent, const std::string& path) {
    if (value.is_array()) {
      Json array = Json::array();
      for (const Json& item : value) array.push_back(run(item, parent, path));
      return array;
    }
    if (!value.is_object()) return value;
    Json object = Json::object();
    for (const auto& [key, member] : value.items()) {
      const std::string place = path.empty() ? key : path + "." + key;
      const std::string name = name_of(parent, key);
      if (name.empty()) {
        missing_.push_back(place);
        continue;
      }
      const bool is_verbatim = std::find(renaming_.verbatim.begin(), renaming_.verbatim.end(), key) != renaming_.verbatim.end();
      object[name] = is_verbatim ? member : run(member, key, place);
    }
    return object;
  }

 private:
  [[nodiscard]] std::string name_of(std::string_view parent, std::string_view member) const {
    const auto exception = std::find_if(renaming_.exceptions.begin(), renaming_.exceptions.end(),
                                        [&](const Renaming::Exception& row) { return row.parent == parent && row.member == member; });
    return exception == renaming_.exceptions.end() ? renaming_.rule(member) : std::string(exception->name);
  }

  const Renaming& renaming_;
  std::vector<std::string>& missing_;
};

}  // namespace

Json renamed(const Json& input, std::string_view operation, const Renaming& renaming, std::vector<std::string>& missing) {
  return Renamer(renaming, missing).run(input, operation, "");
}

}  // namespace berth::exporting
