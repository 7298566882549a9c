#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace berth {

/// Source of ids and jitter. `seeded` makes every run equal, for tests and simulation.
class RandomSource {
 public:
  /// From the operating system.
  RandomSource();
  explicit RandomSource(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t next() { return engine_(); }
  /// Uniform in 0..limit-1; limit must not be 0.
  std::uint64_t below(std::uint64_t limit) { return next() % limit; }
  /// `digits` lower-case hexadecimal digits.
  std::string hex(std::size_t digits);
  /// "8-4-4-4-12", version 4.
  std::string uuid();

 private:
  std::mt19937_64 engine_;
};

}  // namespace berth
