#pragma once

#include <map>
#include <string>
#include <string_view>

namespace berth::test {

/// Replaces what differs from run to run by names numbered in the order of first appearance, so that one name twice asserts
/// equality: `arn:aws:ecs:…:task/prod/0f…` -> `<arn:task/prod/<id:1>>`, uuids -> `<uuid:1>`, 32 hexadecimal digits -> `<id:1>`,
/// 64 ->
/// `<hash:1>`, ISO times and Unix seconds of this century's 2000s and 2030s -> `<time>`, ports of the dynamic range after
/// `127.0.0.1:`, `localhost:` and `"hostPort": ` -> `<port:1>`.
/// One normalizer per case: the numbers go on from text to text.
class Normalizer {
 public:
  /// What to leave as it is, for runs on a manual clock or with fixed ports.
  struct Options {
    bool times = true;
    bool ports = true;
  };

  Normalizer() = default;
  explicit Normalizer(Options options) : options_(options) {}

  std::string normalize(std::string_view text);

  /// The reverse: names that this normalizer gave become the original text; others stay.
  [[nodiscard]] std::string restore(std::string_view text) const;

 private:
  std::string name_for(const std::string& kind, const std::string& original);
  std::string arn_name(const std::string& arn);

  Options options_;
  std::map<std::string, std::string> names_;
  std::map<std::string, std::string> originals_;
  std::map<std::string, int> counts_;
};

}  // namespace berth::test
