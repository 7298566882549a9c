#pragma once

#include <string>

#include "api/arn.h"
#include "base/clock.h"
#include "base/random.h"
#include "engine/drivers/driver.h"
#include "engine/store/store.h"

namespace berth::engine {

/// What the engine is told at its start.
struct Config {
  api::ArnMaker arns{};
  /// How long a task without health check must run before it counts as healthy.
  Milliseconds healthy_after = std::chrono::seconds(40);
  /// Shown by EngineStatus.
  std::string version{};
  std::string data_dir{};
  std::string driver_name{};
  /// This machine's name, the container instances' host id.
  std::string host_name = "localhost";
  /// How long stopped tasks are remembered, and how many at most.
  Milliseconds keep_stopped = std::chrono::hours(24 * 7);
  std::size_t keep_stopped_count = 10'000;
};

/// What handlers and controllers work with; made for one request or one step.
struct Context {
  Store& store;
  const Config& config;
  RandomSource& random;
  Timestamp now;
  /// What this machine offers to every cluster.
  Capacity capacity{};
};

}  // namespace berth::engine
