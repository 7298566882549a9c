#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace berth {

/// Why an expression of the cluster query language cannot be read.
struct QueryMistake {
  enum class Kind {
    Form,      ///< brackets, quotes, values
    Subject,   ///< compares what instances do not have
    Operator,  ///< where one is expected
    Pattern,   ///< after `=~`
    Dialect,   ///< a pattern that ECS may take (it has those of Java) and the engine does not (it has RE2's)
  } kind = Kind::Form;
  std::string what{};
  std::size_t at = 0;      ///< where it is, in bytes of the expression; its length for the end
  std::size_t length = 0;  ///< of the word that is wrong; 0 at the end
};

/// An expression of the cluster query language, for memberOf constraints and the filter of ListContainerInstances. Subjects are `agentConnected`,
/// `agentVersion`, `ec2InstanceId`, `registeredAt`, `runningTasksCount`, `task:group` and `attribute:NAME`. Source: "Create expressions to define
/// container instances for Amazon ECS tasks".
class ClusterQuery {
 public:
  /// The values that an instance has of a subject; none when it has none, several of `task:group`.
  using ValuesOf = std::function<std::vector<std::string>(const std::string& subject)>;

  /// The error's message says what is wrong and where; its code is InvalidParameterException. `mistake` has the parts of it.
  static Result<ClusterQuery> parse(const std::string& text, QueryMistake* mistake = nullptr);
  /// An attribute that an instance does not have fails every comparison but `!exists` and `!in`.
  [[nodiscard]] bool matches(const ValuesOf& values_of) const;

  struct Node;

 private:
  explicit ClusterQuery(std::shared_ptr<const Node> root) : root_(std::move(root)) {}
  std::shared_ptr<const Node> root_;
};

}  // namespace berth
