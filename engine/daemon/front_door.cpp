#include "engine/daemon/front_door.h"

#include "base/json.h"
#include "base/random.h"

namespace berth::engine {
namespace {

constexpr const char* kContentType = "application/x-amz-json-1.1";
constexpr const char* kRequestId = "x-amzn-RequestId";

HttpResponse http_of(Response response) {
  return {.status = response.status,
          .content_type = kContentType,
          .headers = {{kRequestId, std::move(response.request_id)}},
          .body = std::move(response.body)};
}

}  // namespace

bool is_foreign(const HttpRequest& request) {
  const std::string host = request.header("Host");
  return request.over_tcp && !host.empty() && !names_loopback(host);
}

std::optional<Error> refusal_of(const HttpRequest& request, const Access& access, Timestamp now) {
  if (!request.over_tcp) return std::nullopt;
  if (!access.credentials) {
    if (is_foreign(request)) return Error{"AccessDeniedException", "The Host header names another machine."};
    return std::nullopt;
  }
  const std::size_t mark = std::min(request.target.find('?'), request.target.size());
  const api::SignableRequest signable{.method = request.method,
                                      .path = request.target.substr(0, mark),
                                      .query = mark == request.target.size() ? "" : request.target.substr(mark + 1),
                                      .headers = request.headers,
                                      .body = request.body};
  // One endpoint stands for ECS and for CloudWatch Logs.
  const auto verified = api::verify(signable, *access.credentials, {.region = access.region, .services = {"ecs", "logs"}}, now);
  if (verified) return std::nullopt;
  return verified.error();
}

void answer_http(Engine& engine, const HttpRequest& request, const Access& access, Timestamp now, const HttpServer::Respond& respond) {
  if (const auto refusal = refusal_of(request, access, now)) {
    const int status = refusal->code == "AccessDeniedException" ? 403 : 400;
    return respond(http_of({.status = status,
                            .body = canonical_json({{"__type", refusal->code}, {"message", refusal->message}}),
                            .request_id = RandomSource().uuid()}));
  }
  const std::string path = request.target.substr(0, request.target.find('?'));
  if (request.method == "GET" && path == "/berth/health") {
    return respond({.status = 200, .content_type = "application/json", .headers = {}, .body = R"({"status":"ok"})"});
  }
  engine.handle({.method = request.method, .path = path, .target = request.header("X-Amz-Target"), .body = request.body},
                [respond](Response response) { respond(http_of(std::move(response))); });
}

HttpResponse refuse_http(int status, const std::string& reason, std::string request_id) {
  const char* type = status == 413 || status == 431 ? "RequestEntityTooLargeException" : "SerializationException";
  return http_of({.status = status, .body = canonical_json({{"__type", type}, {"message", reason}}), .request_id = std::move(request_id)});
}

}  // namespace berth::engine
