#pragma once

#include <map>
#include <string>
#include <string_view>

#include "compiler/export/parameters.h"
#include "compiler/export/requests.h"
#include "compiler/export/tokens.h"

namespace berth::exporting {

/// Marks for a target that has expressions: they stand in the requests of a program for what it refers to, for what only the account knows, and for
/// sensitive values.
class Marks {
 public:
  /// What a mark stands for.
  struct Meaning {
    /// `resource`, `arn` or `name` of a resource, `extern`, `subnets` or `security_groups` (of an extern network; chosen by tag or name), `sensitive` or `input`.
    std::string what;
    /// The address; of a sensitive value the first setting that has it; of an input its key.
    std::string subject;
  };

  /// Both must outlive this.
  Marks(const ir::Program& program, const Options& options) : program_(program), options_(options) {}

  /// What requests are made with; refers to this.
  Spelling spelling();
  /// The mark of a resource of the program.
  std::string resource(const ir::Address& address) { return tokens_.mark("resource " + address.text()); }
  [[nodiscard]] static Meaning meaning(std::string_view mark);
  /// What the input of this key is.
  [[nodiscard]] const std::string& meaning_of_input(const std::string& key) const { return inputs_.at(key); }
  [[nodiscard]] const Tokens& tokens() const { return tokens_; }

 private:
  std::string reference(const ir::Address& target);
  /// `what` of a resource of the program; of an extern what stands for it.
  std::string named(const char* what, const ir::Address& target);
  std::string network(const ir::Resource& external);
  std::string sensitive(const ir::Address& owner, const std::string& setting, const ir::Value& value);

  const ir::Program& program_;
  const Options& options_;
  Tokens tokens_;
  SensitiveInputs secrets_;
  std::map<std::string, std::string> inputs_;
};

}  // namespace berth::exporting
