#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/check.h"

namespace berth {

/// The world failed (network, disk, docker, API). `code` is stable and machine-readable ("ClusterNotFoundException",
/// "connect", "E0601"); `message` is a sentence for people; `retryable` says whether the same call may succeed later.
struct Error {
  std::string code;
  std::string message;
  bool retryable = false;

  /// The same error with what was being done put in front: `error.while_doing("read the plan file")`.
  [[nodiscard]] Error while_doing(const std::string& what) const { return {code, what + ": " + message, retryable}; }
  bool operator==(const Error&) const = default;
};

/// A value or an Error, shaped like std::expected<T, Error> (which g++ 12 does not have).
template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  T& value() & { return checked(), std::get<0>(state_); }
  const T& value() const& { return checked(), std::get<0>(state_); }
  T&& value() && { return checked(), std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  [[nodiscard]] const Error& error() const { return std::get<1>(state_); }
  template <class U>
  T value_or(U&& other) const& {
    return has_value() ? std::get<0>(state_) : static_cast<T>(std::forward<U>(other));
  }

 private:
  void checked() const { BERTH_CHECK(has_value(), has_value() ? "" : std::get<1>(state_).message); }
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}
  [[nodiscard]] bool has_value() const { return !error_; }
  explicit operator bool() const { return has_value(); }
  [[nodiscard]] const Error& error() const { return *error_; }

 private:
  std::optional<Error> error_;
};

}  // namespace berth

/// `BERTH_TRY(x, f())`: declares x with the value of f(), or returns its error from the enclosing function.
#define BERTH_TRY_CONCAT2(a, b) a##b
#define BERTH_TRY_CONCAT(a, b) BERTH_TRY_CONCAT2(a, b)
#define BERTH_TRY_IMPL(tmp, name, expression) \
  auto tmp = (expression);                    \
  if (!tmp) return tmp.error();               \
  auto name = std::move(tmp).value()
#define BERTH_TRY(name, expression) BERTH_TRY_IMPL(BERTH_TRY_CONCAT(berth_try_, __LINE__), name, expression)
/// The same for a Result<void> or a value that is not needed.
#define BERTH_TRY_VOID(expression)                                                                \
  do {                                                                                            \
    if (auto berth_try_result = (expression); !berth_try_result) return berth_try_result.error(); \
  } while (false)
