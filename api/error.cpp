#include "api/error.h"

namespace berth::api {

int status_of(std::string_view type) {
  if (type == "ServerException" || type == "InternalFailure") return 500;
  if (type == "ServiceUnavailable" || type == "ServiceUnavailableException") return 503;
  return 400;
}

ApiError to_api_error(const Error& error) { return ApiError{.type = error.code, .message = error.message, .status = status_of(error.code)}; }

Json encode(const ApiError& error) {
  Json body{{"__type", error.type}, {"message", error.message}};
  if (!error.resource_ids.empty()) body["resourceIds"] = error.resource_ids;
  return body;
}

ApiError decode_error(const Json& body, int status) {
  ApiError error{.type = "ServerException", .message = "the answer has no error body", .status = status};
  if (!body.is_object()) return error;
  if (const auto type = body.find("__type"); type != body.end() && type->is_string()) {
    error.type = type->get<std::string>();
    if (const std::size_t hash = error.type.rfind('#'); hash != std::string::npos) error.type.erase(0, hash + 1);
  }
  error.message.clear();
  for (const char* name : {"message", "Message"}) {
    if (const auto message = body.find(name); message != body.end() && message->is_string()) error.message = message->get<std::string>();
  }
  if (const auto ids = body.find("resourceIds"); ids != body.end() && ids->is_array()) {
    for (const Json& id : *ids) {
      if (id.is_string()) error.resource_ids.push_back(id.get<std::string>());
    }
  }
  return error;
}

}  // namespace berth::api
