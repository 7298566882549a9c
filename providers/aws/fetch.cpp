#include "providers/aws/fetch.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.h"
#include "providers/aws/sts.h"
#include "providers/ecs/json_access.h"

namespace berth::provider {
namespace {

/// Where nobody answers at once there is no such service.
constexpr Milliseconds kMetadataTimeout{1'000};
constexpr RetryPolicy kMetadataRetry{.attempts = 3, .base = Milliseconds(100), .cap = Milliseconds(1'000)};
constexpr const char* kRoles = "/latest/meta-data/iam/security-credentials/";

Error no_keys(std::string message) { return {"aws-credentials", std::move(message)}; }

std::string trimmed_text(std::string text) {
  constexpr const char* kBlank = " \t\r\n";
  text.erase(0, std::min(text.find_first_not_of(kBlank), text.size()));
  text.erase(text.find_last_not_of(kBlank) + 1);
  return text;
}

/// The JSON of the container's agent and of the instance's metadata.
Result<AwsCredentials> credentials_of_json(const std::string& body) {
  const auto json = parse_json(body);
  const std::string secret = json ? text_at(*json, "SecretAccessKey") : "";
  if (!json || secret.empty() || text_at(*json, "AccessKeyId").empty()) return no_keys("the answer has no credentials");
  std::string token = text_at(*json, "Token");
  return AwsCredentials{.access_key_id = text_at(*json, "AccessKeyId"),
                        .secret = std::make_shared<const SensitiveText>(secret),
                        .token = token.empty() ? nullptr : std::make_shared<const SensitiveText>(token),
                        .expires = parse_utc(text_at(*json, "Expiration"))};
}

/// Asks each kind of source.
class Fetch {
 public:
  explicit Fetch(const FetchContext& context) : context_(context) {}

  Result<AwsCredentials> operator()(const AwsCredentials& fixed) { return fixed; }

  Result<AwsCredentials> operator()(const WebIdentitySource& source) {
    BERTH_TRY(token, read_secret(source.token_file));
    return sts([&, text = token](StsClient& client) { return client.assume_role_with_web_identity(source, text); });
  }

  Result<AwsCredentials> operator()(const RoleSource& source) {
    BERTH_TRY(base, fetch_credentials(*source.base, context_));
    return sts([&, keys = base](StsClient& client) { return client.assume_role(keys, source); });
  }

  Result<AwsCredentials> operator()(const ContainerSource& source) {
    std::map<std::string, std::string> headers{{"Accept", "application/json"}};
    if (source.authorization != nullptr) headers["Authorization"] = std::string(source.authorization->reveal());
    if (!source.authorization_file.empty()) {
      BERTH_TRY(token, read_secret(source.authorization_file));
      headers["Authorization"] = token;
    }
    const auto authorization = headers.find("Authorization");
    if (authorization != headers.end() && authorization->second.find_first_of("\r\n") != std::string::npos) return no_keys("the authorization token has more than one line");
    BERTH_TRY(body, ask(source.server, {.method = "GET", .path = source.path, .headers = headers, .body = "", .timeout = kMetadataTimeout}, kMetadataRetry));
    return credentials_of_json(body);
  }

  Result<AwsCredentials> operator()(const InstanceSource& source) {
    // Most machines are no instances: that is to be known soon.
    const RetryPolicy once{.attempts = 1};
    const HttpRequest for_token{
        .method = "PUT", .path = "/latest/api/token", .headers = {{"X-aws-ec2-metadata-token-ttl-seconds", "21600"}}, .body = "", .timeout = kMetadataTimeout};
    BERTH_TRY(token, ask(source.server, for_token, once));
    const std::map<std::string, std::string> headers{{"X-aws-ec2-metadata-token", token}};
    BERTH_TRY(roles, ask(source.server, {.method = "GET", .path = kRoles, .headers = headers, .body = "", .timeout = kMetadataTimeout}, kMetadataRetry));
    const std::string role = roles.substr(0, roles.find_first_of("\r\n"));
    if (role.empty()) return no_keys("the instance has no role");
    BERTH_TRY(body, ask(source.server, {.method = "GET", .path = kRoles + role, .headers = headers, .body = "", .timeout = kMetadataTimeout}, kMetadataRetry));
    return credentials_of_json(body);
  }

 private:
  Result<std::string> read_secret(const std::string& file) {
    auto text = context_.files.read(file);
    if (!text) return no_keys(fmt::format("cannot read {}: {}", file, text.error().message));
    std::string token = trimmed_text(*std::move(text));
    if (token.empty()) return no_keys(fmt::format("{} is empty", file));
    return token;
  }

  template <class Ask>
  Result<AwsCredentials> sts(const Ask& ask_it) {
    const auto http = context_.connect(context_.sts, Route::any_proxy);
    StsClient client(*http, context_.sts, context_.region, context_.retry, context_.clock);
    return ask_it(client);
  }

  /// The body of an answer with status 200. What another answer says is not repeated: it may echo a token.
  Result<std::string> ask(const Endpoint& server, const HttpRequest& request, const RetryPolicy& retry) {
    const auto http = context_.connect(server, Route::direct);
    auto response = send_patiently(*http, [&] { return request; }, retry, context_.clock);
    if (!response) return response.error();
    if (response->status != 200) return no_keys(fmt::format("{} answered with status {}", server.text() + request.path, response->status));
    return std::move(response->body);
  }

  const FetchContext& context_;
};

}  // namespace

Result<AwsCredentials> fetch_credentials(const CredentialSource& source, const FetchContext& context) {
  auto fetched = std::visit(Fetch(context), source.how);
  if (fetched) return fetched;
  if (fetched.error().code == "interrupted" || fetched.error().code == "clock-skew") return fetched.error();
  if (!source.looked_at.empty()) {
    return no_keys(fmt::format("no AWS credentials: {}, and {} gives none ({}); set AWS_PROFILE to a profile that has some", source.looked_at, source.name, fetched.error().message));
  }
  return no_keys(fmt::format("no credentials from {}: {}", source.name, fetched.error().message));
}

}  // namespace berth::provider
