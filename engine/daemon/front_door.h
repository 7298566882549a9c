#pragma once

#include <string>

#include "engine/engine.h"
#include "engine/server/http_server.h"

namespace berth::engine {

// From HTTP to the engine's requests and back.

/// GET /berth/health is answered here, everything else by the engine.
void answer_http(Engine& engine, const HttpRequest& request, const HttpServer::Respond& respond);
/// The answer to what the server itself refused: the same shape of error as the API's.
HttpResponse refuse_http(int status, const std::string& reason, std::string request_id);

}  // namespace berth::engine
