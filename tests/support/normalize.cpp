#include "tests/support/normalize.h"

#include <regex>

#include <fmt/format.h>

namespace berth::test {

namespace {

/// In this order at every place: ARN, uuid, hash, id, ISO time, Unix time, port with what is in front of it.
const std::regex& volatile_text() {
  static const std::regex expression(
      "(arn:aws[a-z-]*:[A-Za-z0-9:/_.*+=@-]*[A-Za-z0-9])"
      "|(\\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\\b)"
      "|(\\b[0-9a-f]{64}\\b)"
      "|(\\b[0-9a-f]{32}\\b)"
      "|(\\b20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9](?:\\.[0-9]+)?(?:Z|[+-][0-9:]+)?)"
      "|(\\b[12][0-9]{9}(?:\\.[0-9]+)?\\b(?![.0-9]))"
      "|((?:127\\.0\\.0\\.1:|localhost:|\"hostPort\": ?)[0-9]{5}\\b)");
  return expression;
}

constexpr int kFirstDynamicPort = 32768;

/// Everything after the account: "arn:aws:ecs:us-east-1:0123:task/prod/0f" -> "task/prod/0f".
std::string resource_of(const std::string& arn) {
  std::size_t at = 0;
  for (int colons = 0; colons < 5; ++colons) {
    at = arn.find(':', at);
    if (at == std::string::npos) return arn;
    ++at;
  }
  return arn.substr(at);
}

}  // namespace

std::string Normalizer::name_for(const std::string& kind, const std::string& original) {
  const auto [entry, is_new] = names_.try_emplace(original);
  if (is_new) {
    entry->second = fmt::format("<{}:{}>", kind, ++counts_[kind]);
    originals_[entry->second] = original;
  }
  return entry->second;
}

std::string Normalizer::arn_name(const std::string& arn) {
  const std::string name = "<arn:" + normalize(resource_of(arn)) + ">";
  originals_[name] = arn;
  return name;
}

std::string Normalizer::normalize(std::string_view text) {
  std::string result;
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  for (std::cmatch match;
       std::regex_search(at, end, match, volatile_text(),
                         at == text.data() ? std::regex_constants::match_default : std::regex_constants::match_prev_avail);) {
    result.append(at, match[0].first);
    const std::string found = match[0].str();
    if (match[1].matched) {
      result += arn_name(found);
    } else if (match[2].matched) {
      result += name_for("uuid", found);
    } else if (match[3].matched) {
      result += name_for("hash", found);
    } else if (match[4].matched) {
      result += name_for("id", found);
    } else if (match[5].matched || match[6].matched) {
      result += options_.times ? "<time>" : found;
    } else {
      const std::size_t port_at = found.size() - 5;
      const bool dynamic = options_.ports && std::stoi(found.substr(port_at)) >= kFirstDynamicPort;
      result += dynamic ? found.substr(0, port_at) + name_for("port", found.substr(port_at)) : found;
    }
    at = match[0].second;
  }
  result.append(at, end);
  return result;
}

std::string Normalizer::restore(std::string_view text) const {
  std::string result;
  while (!text.empty()) {
    // The longest name wins: an ARN's name contains that of its id.
    const std::pair<const std::string, std::string>* best = nullptr;
    if (text.front() == '<') {
      for (const auto& entry : originals_) {
        if (text.starts_with(entry.first) && (best == nullptr || entry.first.size() > best->first.size())) best = &entry;
      }
    }
    result += best == nullptr ? std::string(1, text.front()) : best->second;
    text.remove_prefix(best == nullptr ? 1 : best->first.size());
  }
  return result;
}

}  // namespace berth::test
