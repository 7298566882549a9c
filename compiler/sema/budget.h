#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "compiler/sema/reporter.h"

namespace berth::sema {

/// What one compile may take, so that a small file cannot explode. Deterministic: counted, not timed.
struct Limits {
  static constexpr std::int64_t kSteps = 5'000'000;
  /// An element that is copied into a new list or map.
  static constexpr std::int64_t kStepsPerElement = 4;
  static constexpr std::int64_t kValues = 4'000'000;
  static constexpr std::size_t kResources = 100'000;
  static constexpr std::size_t kStringBytes = std::size_t{1} << 20;
  static constexpr std::int64_t kRangeLength = 100'000;
  /// Expressions inside expressions, lets that need lets and calls in calls, together.
  static constexpr int kDepth = 500;
  /// Lists and maps in one another.
  static constexpr int kNesting = 64;
  /// Bytes of text that count as one step.
  static constexpr std::size_t kBytesPerStep = 64;
};

/// Counts against Limits. The first excess is E0901; evaluation gives poison from then on.
class Budget {
 public:
  explicit Budget(Reporter& reporter) : reporter_(reporter) {}

  [[nodiscard]] bool exhausted() const { return exhausted_; }
  /// Evaluation work at `span`. False when there is none left.
  bool take_steps(std::int64_t steps, Span span) {
    steps_ += steps;
    return steps_ <= Limits::kSteps || exceed(span, "evaluating this takes more than 5 million steps");
  }
  /// Elements of lists and maps that are read or copied as a whole.
  bool take_elements(std::size_t elements, Span span) { return take_steps(static_cast<std::int64_t>(elements) * Limits::kStepsPerElement, span); }
  /// Values that enter the IR.
  bool take_values(std::size_t values, Span span) {
    values_ += static_cast<std::int64_t>(values);
    return values_ <= Limits::kValues || exceed(span, "the stack has more than 4 million values");
  }
  [[nodiscard]] std::int64_t values() const { return values_; }
  /// Takes both, or nothing where one of them would be exceeded: false then.
  bool take_if_left(std::int64_t steps, std::int64_t values) {
    if (exhausted_ || steps_ + steps > Limits::kSteps || values_ + values > Limits::kValues) return false;
    steps_ += steps;
    values_ += values;
    return true;
  }
  /// Reports an excess of another kind.
  bool exceed(Span span, std::string message) {
    if (!exhausted_) reporter_.report("E0901", span, std::move(message), "the limit is reached here");
    exhausted_ = true;
    return false;
  }

 private:
  Reporter& reporter_;
  std::int64_t steps_ = 0;
  std::int64_t values_ = 0;
  bool exhausted_ = false;
};

}  // namespace berth::sema
