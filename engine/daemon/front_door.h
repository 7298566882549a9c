#pragma once

#include <optional>
#include <string>

#include "api/sigv4.h"
#include "engine/engine.h"
#include "engine/server/http_server.h"

namespace berth::engine {

// From HTTP to the engine's requests and back.

/// Who may come in over TCP. A unix socket is its owner's alone and asks nothing.
struct Access {
  /// Whose signature is asked for; absent: nobody's.
  std::optional<api::Credentials> credentials{};
  std::string region;
};

/// Whether a request over TCP names another host than this machine's loopback: a web page that had its own name resolved to 127.0.0.1 would, to
/// get around the browser's same-origin rule.
bool is_foreign(const HttpRequest& request);
/// What keeps the request out, as AWS names it. Without signatures foreign requests are; with them, whatever is not rightly signed.
std::optional<Error> refusal_of(const HttpRequest& request, const Access& access, Timestamp now);
/// Requests that may not come in are refused; GET /berth/health is answered here, everything else by the engine.
void answer_http(Engine& engine, const HttpRequest& request, const Access& access, Timestamp now, const HttpServer::Respond& respond);
/// The answer to what the server itself refused: the same shape of error as the API's.
HttpResponse refuse_http(int status, const std::string& reason, std::string request_id);

}  // namespace berth::engine
