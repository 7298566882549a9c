#include "api/sigv4.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "base/hash.h"

namespace berth::api {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kTermination = "aws4_request";

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool is_unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

std::string uri_encode(std::string_view text, bool keep_slash) {
  std::string encoded;
  for (const char c : text) {
    if (is_unreserved(c) || (keep_slash && c == '/')) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
  }
  return encoded;
}

std::string canonical_query(const std::string& query) {
  // Names and values come encoded; as they are sent they are signed.
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= query.size() && !query.empty();) {
    const std::size_t end = std::min(query.find('&', begin), query.size());
    std::string part = query.substr(begin, end - begin);
    if (part.find('=') == std::string::npos) part += '=';
    if (part != "=") parts.push_back(std::move(part));
    begin = end + 1;
  }
  std::sort(parts.begin(), parts.end());
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : "&") + part;
  return text;
}

/// Without space at the ends, and one space where there were several.
std::string trimmed(const std::string& value) {
  std::string text;
  for (const char c : value) {
    const bool space = c == ' ' || c == '\t';
    if (!space) {
      text += c;
    } else if (!text.empty() && text.back() != ' ') {
      text += ' ';
    }
  }
  if (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

std::map<std::string, std::string> joined_headers(const SignableRequest& request) {
  std::map<std::string, std::string> joined;
  for (const auto& [name, value] : request.headers) {
    const auto [entry, fresh] = joined.emplace(lower(name), trimmed(value));
    if (!fresh) entry->second += "," + trimmed(value);
  }
  return joined;
}

std::string join(const std::vector<std::string>& texts, char separator) {
  std::string text;
  for (const std::string& one : texts) text += (text.empty() ? "" : std::string(1, separator)) + one;
  return text;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

/// "20261122T164703Z"
std::string basic_time(Timestamp time) {
  std::string text;
  for (const char c : format_utc(time).substr(0, std::string_view("2026-11-22T16:47:03").size())) {
    if (c != '-' && c != ':') text += c;
  }
  return text + "Z";
}

std::optional<Timestamp> parse_basic_time(const std::string& text) {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  for (std::size_t i = 0; i < 15; ++i) {
    if (i != 8 && std::isdigit(static_cast<unsigned char>(text[i])) == 0) return std::nullopt;
  }
  const auto number = [&](std::size_t at, std::size_t digits) { return std::stoi(text.substr(at, digits)); };
  const std::chrono::year_month_day day{std::chrono::year(number(0, 4)), std::chrono::month(static_cast<unsigned>(number(4, 2))),
                                        std::chrono::day(static_cast<unsigned>(number(6, 2)))};
  if (!day.ok()) return std::nullopt;
  return std::chrono::sys_days(day) + std::chrono::hours(number(9, 2)) + std::chrono::minutes(number(11, 2)) + std::chrono::seconds(number(13, 2));
}

struct Authorization {
  std::string access_key_id;
  SigningScope scope;
  std::vector<std::string> signed_headers;
  std::string signature;
};

Error incomplete(const std::string& what) { return {"IncompleteSignatureException", what}; }
Error invalid(const std::string& what) { return {"InvalidSignatureException", what}; }

Result<Authorization> parse_authorization(const std::string& header) {
  if (header.compare(0, kAlgorithm.size(), kAlgorithm) != 0) return incomplete("Authorization header requires the algorithm AWS4-HMAC-SHA256.");
  std::map<std::string, std::string> parts;
  for (const std::string& part : split(header.substr(kAlgorithm.size()), ',')) {
    const std::string text = trimmed(part);
    const std::size_t equals = text.find('=');
    if (equals != std::string::npos) parts[text.substr(0, equals)] = text.substr(equals + 1);
  }
  for (const char* name : {"Credential", "SignedHeaders", "Signature"}) {
    if (parts[name].empty()) return incomplete(fmt::format("Authorization header requires '{}' parameter.", name));
  }
  const std::vector<std::string> credential = split(parts["Credential"], '/');
  if (credential.size() != 5 || credential[4] != kTermination) {
    return incomplete("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/aws4_request.");
  }
  return Authorization{.access_key_id = credential[0],
                       .scope = {.date = credential[1], .region = credential[2], .service = credential[3]},
                       .signed_headers = split(parts["SignedHeaders"], ';'),
                       .signature = parts["Signature"]};
}

/// What could be changed on the way without being noticed, were it not signed.
Result<void> check_signed_headers(const std::vector<std::string>& signed_headers, const std::map<std::string, std::string>& headers) {
  const auto is_signed = [&](const std::string& name) { return std::find(signed_headers.begin(), signed_headers.end(), name) != signed_headers.end(); };
  for (const std::string& name : signed_headers) {
    if (headers.count(name) == 0) return invalid(fmt::format("The signed header {} is not in the request.", name));
  }
  if (!is_signed("host")) return invalid("'Host' must be a 'SignedHeader' in the AWS Authorization.");
  for (const auto& [name, value] : headers) {
    if (name.compare(0, 6, "x-amz-") == 0 && !is_signed(name)) return invalid(fmt::format("'{}' must be a 'SignedHeader' in the AWS Authorization.", name));
  }
  return {};
}

Result<void> check_time(const std::string& time, const SigningScope& scope, Milliseconds skew, Timestamp now) {
  const auto at = parse_basic_time(time);
  if (!at) return incomplete("Date must be in ISO-8601 'basic format' in the header X-Amz-Date.");
  if (time.substr(0, 8) != scope.date) return invalid("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.");
  if (*at < now - skew) {
    return invalid(fmt::format("Signature expired: {} is now earlier than {} ({} - {} min.)", time, basic_time(now - skew), basic_time(now),
                               std::chrono::duration_cast<std::chrono::minutes>(skew).count()));
  }
  if (*at > now + skew) {
    return invalid(fmt::format("Signature not yet current: {} is still later than {} ({} + {} min.)", time, basic_time(now + skew), basic_time(now),
                               std::chrono::duration_cast<std::chrono::minutes>(skew).count()));
  }
  return {};
}

}  // namespace

std::string SigningScope::text() const { return fmt::format("{}/{}/{}/{}", date, region, service, kTermination); }

std::string canonical_request(const SignableRequest& request, const std::vector<std::string>& signed_headers) {
  const std::map<std::string, std::string> headers = joined_headers(request);
  std::string text = fmt::format("{}\n{}\n{}\n", request.method, uri_encode(request.path.empty() ? "/" : request.path, true), canonical_query(request.query));
  for (const std::string& name : signed_headers) {
    const auto header = headers.find(name);
    text += fmt::format("{}:{}\n", name, header == headers.end() ? "" : header->second);
  }
  return text + fmt::format("\n{}\n{}", join(signed_headers, ';'), sha256_hex(request.body));
}

std::string string_to_sign(const std::string& time, const SigningScope& scope, const std::string& canonical) {
  return fmt::format("{}\n{}\n{}\n{}", kAlgorithm, time, scope.text(), sha256_hex(canonical));
}

std::string signature_of(const std::string& secret, const SigningScope& scope, const std::string& to_sign) {
  std::string key = hmac_sha256("AWS4" + secret, scope.date);
  for (const std::string_view part : {std::string_view(scope.region), std::string_view(scope.service), kTermination}) key = hmac_sha256(key, part);
  return to_hex(hmac_sha256(key, to_sign));
}

void sign(SignableRequest& request, const Credentials& credentials, const std::string& region, const std::string& service, Timestamp now) {
  const std::string time = basic_time(now);
  request.headers.emplace_back("X-Amz-Date", time);
  std::vector<std::string> names;
  for (const auto& [name, value] : joined_headers(request)) names.push_back(name);
  const SigningScope scope{.date = time.substr(0, 8), .region = region, .service = service};
  const std::string signature = signature_of(credentials.secret_access_key, scope, string_to_sign(time, scope, canonical_request(request, names)));
  request.headers.emplace_back("Authorization", fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", kAlgorithm, credentials.access_key_id,
                                                            scope.text(), join(names, ';'), signature));
}

Result<void> verify(const SignableRequest& request, const Credentials& credentials, const SignaturePolicy& policy, Timestamp now) {
  const std::map<std::string, std::string> headers = joined_headers(request);
  const auto header = [&](const std::string& name) {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
  };
  if (header("authorization").empty()) return Error{"MissingAuthenticationTokenException", "Missing Authentication Token"};
  BERTH_TRY(given, parse_authorization(header("authorization")));
  if (given.access_key_id != credentials.access_key_id) {
    return Error{"UnrecognizedClientException", "The security token included in the request is invalid."};
  }
  const std::string time = header("x-amz-date");
  if (time.empty()) return incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  BERTH_TRY_VOID(check_time(time, given.scope, policy.skew, now));
  if (given.scope.region != policy.region) return invalid(fmt::format("Credential should be scoped to a valid region, not '{}'.", given.scope.region));
  if (std::find(policy.services.begin(), policy.services.end(), given.scope.service) == policy.services.end()) {
    return invalid(fmt::format("Credential should be scoped to correct service: '{}'.", join(policy.services, '|')));
  }
  BERTH_TRY_VOID(check_signed_headers(given.signed_headers, headers));
  const std::string expected =
      signature_of(credentials.secret_access_key, given.scope, string_to_sign(time, given.scope, canonical_request(request, given.signed_headers)));
  if (equal_in_constant_time(expected, given.signature)) return {};
  return invalid("The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.");
}

}  // namespace berth::api
