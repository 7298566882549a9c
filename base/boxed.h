#pragma once

#include <memory>
#include <utility>
#include <variant>

namespace berth {

/// A `T` behind a pointer, copied and compared as itself: for the alternative of a variant that is rare and larger than the others.
template <class T>
class Boxed {
 public:
  Boxed(T value) : value_(std::make_unique<T>(std::move(value))) {}
  Boxed(const Boxed& other) : value_(other.value_ == nullptr ? nullptr : std::make_unique<T>(*other.value_)) {}
  Boxed(Boxed&&) noexcept = default;
  Boxed& operator=(const Boxed& other) { return *this = Boxed(other); }
  Boxed& operator=(Boxed&&) noexcept = default;
  ~Boxed() = default;

  operator const T&() const { return *value_; }
  T* get() { return value_.get(); }
  [[nodiscard]] const T* get() const { return value_.get(); }
  bool operator==(const Boxed& other) const { return *value_ == *other.value_; }

 private:
  std::unique_ptr<T> value_;  ///< null after it was moved from
};

/// The `T` that the variant holds in a box, or null.
template <class T, class Variant>
const T* get_boxed(const Variant& data) {
  const auto* box = std::get_if<Boxed<T>>(&data);
  return box == nullptr ? nullptr : box->get();
}
template <class T, class Variant>
T* get_boxed(Variant& data) {
  auto* box = std::get_if<Boxed<T>>(&data);
  return box == nullptr ? nullptr : box->get();
}

}  // namespace berth
