#pragma once

#include <string>

#include "engine/engine.h"
#include "engine/server/http_server.h"

namespace berth::engine {

// From HTTP to the engine's requests and back.

/// Whether a request over TCP names another host than this machine's loopback: a web page that had its own name resolved to 127.0.0.1 would, to
/// get around the browser's same-origin rule.
bool is_foreign(const HttpRequest& request);
/// Foreign requests are refused with 403; GET /berth/health is answered here, everything else by the engine.
void answer_http(Engine& engine, const HttpRequest& request, const HttpServer::Respond& respond);
/// The answer to what the server itself refused: the same shape of error as the API's.
HttpResponse refuse_http(int status, const std::string& reason, std::string request_id);

}  // namespace berth::engine
