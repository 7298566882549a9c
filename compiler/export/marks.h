#pragma once

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
    /// `resource`, `extern`, `subnets` or `security_groups` (of an extern network; chosen by tag or name) or `sensitive`.
    std::string what;
    /// The address; of a sensitive value the first setting that has it.
    std::string subject;
  };

  /// Both must outlive this.
  Marks(const ir::Program& program, const Options& options) : program_(program), options_(options) {}

  /// What requests are made with; refers to this.
  Spelling spelling();
  /// The mark of a resource of the program.
  std::string resource(const ir::Address& address) { return tokens_.mark("resource " + address.text()); }
  [[nodiscard]] static Meaning meaning(std::string_view mark);
  [[nodiscard]] const Tokens& tokens() const { return tokens_; }

 private:
  std::string reference(const ir::Address& target);
  std::string network(const ir::Resource& external);
  std::string sensitive(const ir::Address& owner, const std::string& setting, const ir::Value& value);

  const ir::Program& program_;
  const Options& options_;
  Tokens tokens_;
  SensitiveInputs secrets_;
};

}  // namespace berth::exporting
