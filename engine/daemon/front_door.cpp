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

void answer_http(Engine& engine, const HttpRequest& request, const HttpServer::Respond& respond) {
  if (is_foreign(request)) {
    return respond(http_of({.status = 403,
                            .body = canonical_json({{"__type", "AccessDeniedException"}, {"message", "The Host header names another machine."}}),
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
