#pragma once

#include <string>

#include "compiler/sema/reporter.h"
#include "compiler/sema/value.h"

namespace berth::sema {

/// E0311: a sensitive value where it would be shown. `label` says why it would.
void report_sensitive(Span span, std::string message, std::string label, Reporter& reporter);

/// E0310: a secret where a text is due.
void report_secret_as_text(Span span, Reporter& reporter);
/// E0310: anything else that is asked of a secret; `what` ends "a secret cannot be …".
Value report_secret(Span span, std::string_view what, Reporter& reporter);

/// The same value without the mark of being sensitive: for computing with it. The result has to be marked again.
Value revealed(Value value);

}  // namespace berth::sema
