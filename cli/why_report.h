#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "ir/resource.h"
#include "providers/ecs/diagnosis.h"
#include "providers/ecs/evidence.h"

namespace berth::cli {

/// Where the files say what a failure has to do with.
struct ConfiguredAt {
  std::string path;   ///< "task.web.container.app.memory"
  std::string place;  ///< "shop.ecs:12:5"
  bool changed = false;  ///< the files have changed since it was deployed
};

/// A task that failed, and those that failed the same way before it.
struct Failure {
  provider::TaskRecord record;
  provider::Diagnosis diagnosis;
  std::vector<std::string> alike;  ///< ids, the newest first
  std::vector<ConfiguredAt> configured;
};

/// What is to be said of one service, or of one task.
struct Finding {
  std::string address;  ///< "service.web"; "" when the files of the stack do not name it
  Json service = Json::object();
  std::vector<Failure> failures;  ///< the newest first
};

/// The failed tasks among `tasks`, those that failed the same way together, the newest first, at most `at_most` kinds; records have no output yet.
/// Pure, as everything here.
std::vector<Failure> find_failures(const std::vector<Json>& tasks, std::size_t at_most);

/// The places in the program that the failure has to do with. Empty when the task is not of this program.
std::vector<ConfiguredAt> places_of(const ir::Program& program, const provider::TaskRecord& record, const provider::Diagnosis& diagnosis);

std::string why_text(const Finding& finding, std::size_t lines);
Json why_json(const Finding& finding, std::size_t lines);

}  // namespace berth::cli
