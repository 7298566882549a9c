#include "compiler/sema/pattern.h"

#include <algorithm>

#include <re2/re2.h>

namespace berth::sema {
namespace {

/// What a compiled pattern may take: nested counts such as `((a{100}){100}){100}` would take much more.
constexpr std::int64_t kMaxMemory = 256 << 10;

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

Pattern::Pattern(std::unique_ptr<re2::RE2> expression) : expression_(std::move(expression)) {}
Pattern::~Pattern() = default;

std::shared_ptr<const Pattern> Pattern::make(std::string_view text) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMaxMemory);
  return std::shared_ptr<const Pattern>(new Pattern(std::make_unique<re2::RE2>(piece(text), options)));
}

bool Pattern::matches_all(std::string_view text) const { return re2::RE2::FullMatch(piece(text), *expression_); }
bool Pattern::found_in(std::string_view text) const { return re2::RE2::PartialMatch(piece(text), *expression_); }
std::size_t Pattern::size() const { return static_cast<std::size_t>(std::max(0, expression_->ProgramSize())); }
std::string Pattern::wrong() const { return expression_->ok() ? "" : expression_->error(); }

std::shared_ptr<const Pattern> compile_pattern(std::string_view pattern) {
  auto made = Pattern::make(pattern);
  return made->wrong().empty() ? made : nullptr;
}

}  // namespace berth::sema
