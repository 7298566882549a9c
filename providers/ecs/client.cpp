#include "providers/ecs/client.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "base/log.h"

namespace berth::provider {
namespace {

constexpr std::string_view kEcs = "AmazonEC2ContainerServiceV20141113.";
constexpr std::string_view kLogs = "Logs_20140328.";
constexpr std::string_view kEngine = "Berth_20261122.";

bool starts_with(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

/// The server refused before doing anything, or nothing reached it.
bool had_no_effect(const Error& error) { return error.code == "connect" || is_throttling(error.code); }

std::optional<std::string> text_member(const Json& object, const char* name) {
  if (!object.is_object()) return std::nullopt;
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

/// "com.amazonaws.ecs#ClientException:http://…" -> "ClientException".
std::string bare_code(std::string text) {
  if (const auto hash = text.find('#'); hash != std::string::npos) text.erase(0, hash + 1);
  if (const auto colon = text.find(':'); colon != std::string::npos) text.erase(colon);
  return text;
}

Result<Json> body_of(const HttpResponse& response) {
  if (response.status != 200) return error_of(response);
  if (response.body.empty()) return Json::object();
  auto body = parse_json(response.body);
  if (!body) return Error{"bad-response", "the answer is not JSON: " + body.error().message};
  return body;
}

}  // namespace

bool is_throttling(std::string_view code) {
  static constexpr std::array<std::string_view, 9> kCodes{"ThrottlingException",        "Throttling",           "ThrottledException",       "RequestThrottled", "RequestThrottledException",
                                                          "TooManyRequestsException", "RequestLimitExceeded", "LimitExceededForRequestRate", "SlowDown"};
  return std::find(kCodes.begin(), kCodes.end(), code) != kCodes.end();
}

Milliseconds backoff_span(const RetryPolicy& policy, int attempt) {
  Milliseconds span = policy.base;
  for (int i = 1; i < attempt && span < policy.cap; ++i) span *= 2;
  return std::min(span, policy.cap);
}

bool is_repeatable(std::string_view operation, const Json& request) {
  for (const std::string_view read : {"Describe", "List", "Get", "Filter", "EngineStatus", "TaskLogs"}) {
    if (starts_with(operation, read)) return true;
  }
  if (request.contains("clientToken")) return true;
  if (operation == "UpdateService") return !request.value("forceNewDeployment", false);
  static constexpr std::array<std::string_view, 9> kSettling{"CreateCluster",  "DeleteCluster", "DeleteService", "DeregisterTaskDefinition",
                                                             "DeleteTaskDefinitions", "TagResource",   "UntagResource", "PutClusterCapacityProviders",
                                                             "UpdateCapacityProvider"};
  return std::find(kSettling.begin(), kSettling.end(), operation) != kSettling.end();
}

Error error_of(const HttpResponse& response) {
  std::string code;
  std::string message;
  if (const auto body = parse_json(response.body)) {
    code = text_member(*body, "__type").value_or("");
    message = text_member(*body, "message").value_or(text_member(*body, "Message").value_or(""));
  }
  if (code.empty()) {
    if (const auto header = response.headers.find("x-amzn-errortype"); header != response.headers.end()) code = header->second;
  }
  code = bare_code(code);
  if (code.empty()) code = response.status == 429 ? "ThrottlingException" : fmt::format("HTTP {}", response.status);
  if (message.empty()) message = fmt::format("the server answered with status {}", response.status);
  return {code, message, response.status >= 500 || response.status == 429 || is_throttling(code)};
}

EcsClient::EcsClient(HttpClient& http, WaitingClock& clock, Options options, RandomSource random)
    : http_(http), clock_(clock), options_(std::move(options)), random_(random) {}

Result<Json> EcsClient::call(std::string_view operation, const Json& request) { return exchange(kEcs, operation, request); }

Result<Json> EcsClient::call_logs(std::string_view operation, const Json& request) { return exchange(kLogs, operation, request); }

Result<Json> EcsClient::call_engine(std::string_view operation, const Json& request) {
  if (!options_.is_local_engine) return Error{"unsupported", fmt::format("{} is an operation of the local engine alone", operation)};
  return exchange(kEngine, operation, request);
}

Result<std::vector<Json>> EcsClient::list(std::string_view operation, Json request, std::string_view member) {
  std::vector<Json> all;
  std::string token;
  for (;;) {
    BERTH_TRY(page, call(operation, request));
    if (const auto items = page.find(member); items != page.end() && items->is_array()) {
      for (Json& item : *items) all.push_back(std::move(item));
    }
    const auto next = text_member(page, "nextToken");
    if (!next || next->empty()) return all;
    if (*next == token) return Error{"pagination", fmt::format("{} answered twice with the same page token", operation)};
    token = *next;
    request["nextToken"] = token;
  }
}

std::string EcsClient::client_token() {
  const std::lock_guard lock(random_mutex_);
  return random_.hex(32);
}

Result<Json> EcsClient::exchange(std::string_view target_prefix, std::string_view operation, const Json& request) {
  HttpRequest http_request{.method = "POST", .path = "/", .headers = options_.headers, .body = canonical_json(request), .timeout = options_.timeout};
  http_request.headers["Content-Type"] = "application/x-amz-json-1.1";
  http_request.headers["X-Amz-Target"] = std::string(target_prefix) + std::string(operation);
  for (int attempt = 1;; ++attempt) {
    const auto response = http_.send(http_request);
    const Result<Json> result = response ? body_of(*response) : Result<Json>(response.error());
    if (result) return result;
    const Error& error = result.error();
    const bool again = error.retryable && (had_no_effect(error) || is_repeatable(operation, request));
    if (!again || attempt >= options_.retry.attempts) return error;
    const Milliseconds pause = random_part(backoff_span(options_.retry, attempt));
    log(LogLevel::debug, "call is repeated",
        {{"operation", std::string(operation)}, {"attempt", std::to_string(attempt)}, {"after", format_duration(pause)}, {"error", error.code}});
    if (!clock_.wait(pause)) return Error{"interrupted", "stopped while waiting to repeat a call: " + error.message};
  }
}

Milliseconds EcsClient::random_part(Milliseconds span) {
  const std::lock_guard lock(random_mutex_);
  return Milliseconds(static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(span.count()) + 1)));
}

}  // namespace berth::provider
