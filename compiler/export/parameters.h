#pragma once

#include <map>
#include <string>
#include <string_view>

#include "compiler/export/requests.h"
#include "compiler/export/tokens.h"

namespace berth::exporting {

/// "task.order_worker" -> "TaskOrderWorker": letters and digits only, words in capitals.
std::string pascal_words(std::string_view text);
/// "task.order-worker" -> "task_order_worker".
std::string snake_words(std::string_view text);

/// Names of a document, each given once: a second thing of a name gets a number.
class UniqueNames {
 public:
  /// The name of `key`, by default `wanted`; the same each time.
  const std::string& of(const std::string& key, const std::string& wanted);

 private:
  std::map<std::string, std::string> names_;
  std::map<std::string, int> taken_;
};

/// Sensitive values of a program, by text: equal ones are one input of the document, named after the first setting that has it.
class SensitiveInputs {
 public:
  /// The number of the text, counted from 0, and the setting it is named after.
  struct Input {
    std::size_t number = 0;
    std::string setting;
  };
  const Input& of(const ir::Address& owner, const std::string& setting, const ir::Value& value);

 private:
  std::map<std::string, Input> inputs_;
};

}  // namespace berth::exporting
