#include "providers/aws/sts.h"

#include <array>
#include <cstdio>
#include <functional>

#include <fmt/format.h>

#include "providers/aws/signing.h"

namespace berth::provider {
namespace {

constexpr Milliseconds kStsTimeout{10'000};

std::string form_encoded(const std::string& text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) encoded += c;
    else encoded += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
  }
  return encoded;
}

/// What an answer that is no success says.
Error refusal_of(const HttpResponse& response) {
  std::string code = xml_text(response.body, "Code");
  std::string message = xml_text(response.body, "Message");
  if (code.empty()) code = response.status == 429 ? "ThrottlingException" : fmt::format("HTTP {}", response.status);
  if (message.empty()) message = fmt::format("the server answered with status {}", response.status);
  return {code, message, response.status >= 500 || response.status == 429 || is_throttling(code)};
}

Result<AwsCredentials> credentials_of(const std::string& xml) {
  const std::string secret = xml_text(xml, "SecretAccessKey");
  const std::string token = xml_text(xml, "SessionToken");
  AwsCredentials credentials{.access_key_id = xml_text(xml, "AccessKeyId"),
                             .secret = std::make_shared<const SensitiveText>(secret),
                             .token = std::make_shared<const SensitiveText>(token),
                             .expires = parse_utc(xml_text(xml, "Expiration"))};
  if (credentials.access_key_id.empty() || secret.empty() || token.empty()) return Error{"bad-response", "STS answered without credentials"};
  return credentials;
}

}  // namespace

Result<HttpResponse> send_patiently(HttpClient& http, const std::function<HttpRequest()>& make_request, const RetryPolicy& retry, WaitingClock& clock) {
  RandomSource random;
  for (int attempt = 1;; ++attempt) {
    auto response = http.send(make_request());
    const bool again = response ? response->status >= 500 || response->status == 429 || is_throttling(xml_text(response->body, "Code")) : response.error().retryable;
    if (!again || attempt >= retry.attempts) return response;
    const auto span = static_cast<std::uint64_t>(backoff_span(retry, attempt).count());
    if (!clock.wait(Milliseconds(static_cast<std::int64_t>(random.below(span + 1))))) return Error{"interrupted", "stopped while waiting to repeat a call"};
  }
}

std::optional<Timestamp> parse_utc(const std::string& text) {
  std::array<int, 6> part{};
  int read = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &part[0], &part[1], &part[2], &part[3], &part[4], &part[5], &read) != 6) return std::nullopt;
  std::string rest = text.substr(static_cast<std::size_t>(read));
  if (!rest.empty() && rest.front() == '.') rest.erase(0, std::min(rest.find_first_not_of("0123456789", 1), rest.size()));
  if (rest != "Z" && rest != "+00:00") return std::nullopt;
  const std::chrono::year_month_day day{std::chrono::year(part[0]), std::chrono::month(static_cast<unsigned>(part[1])), std::chrono::day(static_cast<unsigned>(part[2]))};
  if (!day.ok()) return std::nullopt;
  return std::chrono::sys_days(day) + std::chrono::hours(part[3]) + std::chrono::minutes(part[4]) + std::chrono::seconds(part[5]);
}

std::string xml_text(std::string_view xml, const std::string& element) {
  const std::string open = "<" + element + ">";
  const std::size_t begin = xml.find(open);
  if (begin == std::string_view::npos) return "";
  const std::size_t end = xml.find("</" + element + ">", begin);
  if (end == std::string_view::npos) return "";
  std::string text(xml.substr(begin + open.size(), end - begin - open.size()));
  using Entity = std::pair<std::string_view, std::string_view>;
  // The ampersand comes last: what it makes is text.
  for (const auto& [name, character] : {Entity{"&lt;", "<"}, Entity{"&gt;", ">"}, Entity{"&quot;", "\""}, Entity{"&apos;", "'"}, Entity{"&#39;", "'"}, Entity{"&amp;", "&"}}) {
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) text.replace(at, name.size(), character);
  }
  return text;
}

Result<std::string> StsClient::call(const std::string& action, Parameters parameters, const AwsCredentials* credentials) {
  parameters["Action"] = action;
  parameters["Version"] = "2011-06-15";
  std::string body;
  for (const auto& [name, value] : parameters) body += fmt::format("{}{}={}", body.empty() ? "" : "&", name, form_encoded(value));
  const HttpRequest plain{.method = "POST",
                          .path = "/",
                          .headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
                          .body = std::move(body),
                          .timeout = kStsTimeout};
  const auto request = [&] { return credentials == nullptr ? plain : signed_request(plain, endpoint_, *credentials, {region_, "sts"}, clock_.now()); };
  auto response = send_patiently(http_, request, retry_, clock_);
  if (!response) return response.error().while_doing(fmt::format("STS {}", action));
  if (response->status == 200) return std::move(response->body);
  const Error refusal = refusal_of(*response);
  if (auto skewed = clock_error(refusal, *response, clock_.now())) return *std::move(skewed);
  return refusal.while_doing(fmt::format("STS {}", action));
}

std::string StsClient::session_name(const std::string& wanted) const {
  if (!wanted.empty()) return wanted;
  return fmt::format("berth-{}", std::chrono::duration_cast<std::chrono::seconds>(clock_.now().time_since_epoch()).count());
}

Result<CallerIdentity> StsClient::caller_identity(const AwsCredentials& credentials) {
  BERTH_TRY(xml, call("GetCallerIdentity", {}, &credentials));
  CallerIdentity identity{.account = xml_text(xml, "Account"), .arn = xml_text(xml, "Arn")};
  if (identity.account.empty()) return Error{"bad-response", "STS GetCallerIdentity: the answer names no account"};
  return identity;
}

Result<AwsCredentials> StsClient::assume_role(const AwsCredentials& base, const RoleSource& role) {
  Parameters parameters{{"RoleArn", role.role_arn}, {"RoleSessionName", session_name(role.session_name)}};
  if (!role.external_id.empty()) parameters["ExternalId"] = role.external_id;
  if (!role.duration_seconds.empty()) parameters["DurationSeconds"] = role.duration_seconds;
  BERTH_TRY(xml, call("AssumeRole", std::move(parameters), &base));
  return credentials_of(xml);
}

Result<AwsCredentials> StsClient::assume_role_with_web_identity(const WebIdentitySource& identity, const std::string& token) {
  Parameters parameters{{"RoleArn", identity.role_arn}, {"RoleSessionName", session_name(identity.session_name)}, {"WebIdentityToken", token}};
  BERTH_TRY(xml, call("AssumeRoleWithWebIdentity", std::move(parameters), nullptr));
  return credentials_of(xml);
}

}  // namespace berth::provider
