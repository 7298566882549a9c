#include "engine/drivers/docker/http.h"

#include <curl/curl.h>
#include <fmt/format.h>

namespace berth::engine::docker {
namespace {

/// libcurl wants one initialisation in the process before its first handle.
void initialise_once() {
  static const CURLcode done = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)done;
}

constexpr std::string_view kUnixScheme = "unix://";

std::string base_url(const std::string& host) {
  if (host.rfind(kUnixScheme, 0) == 0) return "http://docker";
  if (host.rfind("tcp://", 0) == 0) return "http://" + host.substr(6);
  return host;
}

}  // namespace

struct HttpConnection::State {
  CURL* handle = nullptr;
  std::string host;
  const std::atomic<bool>& cancelled;
  const std::function<bool(std::string_view)>* on_data = nullptr;
  const std::function<void()>* on_open = nullptr;
  HttpResponse response;
  bool opened = false;
  bool ended_by_reader = false;

  /// Called once the status line is known.
  bool streaming() {
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    response.status = static_cast<int>(status);
    return on_data != nullptr && response.ok();
  }

  static std::size_t header(char*, std::size_t size, std::size_t count, void* self) {
    auto& state = *static_cast<State*>(self);
    if (!state.opened && state.streaming()) {
      state.opened = true;
      if (state.on_open && *state.on_open) (*state.on_open)();
    }
    return size * count;
  }

  static std::size_t write(char* data, std::size_t size, std::size_t count, void* self) {
    auto& state = *static_cast<State*>(self);
    std::string_view piece(data, size * count);
    if (!state.streaming()) {
      state.response.body.append(piece);
    } else if (!(*state.on_data)(piece)) {
      state.ended_by_reader = true;
      return 0;
    }
    return piece.size();
  }

  static int progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<State*>(self)->cancelled.load(std::memory_order_relaxed) ? 1 : 0;
  }

  Error failure(CURLcode code, const HttpRequest& request) const {
    auto what = fmt::format("{} {}", request.method, request.path.substr(0, request.path.find('?')));
    if (code == CURLE_ABORTED_BY_CALLBACK) return {"Cancelled", what + ": the engine is ending", true};
    if (code == CURLE_OPERATION_TIMEDOUT) {
      auto waited = request.idle_limit.count() > 0 ? request.idle_limit : request.limit;
      return {"DockerTimeoutError", fmt::format("{}: no answer within {}", what, format_duration(waited)), true};
    }
    return {"CannotGetDockerclientError", fmt::format("{}: Docker at {}: {}", what, host, curl_easy_strerror(code)), true};
  }
};

HttpConnection::HttpConnection(const std::string& host, const std::atomic<bool>& cancelled)
    : state_(new State{.handle = nullptr, .host = host, .cancelled = cancelled, .response = {}}) {
  initialise_once();
  state_->handle = curl_easy_init();
}

HttpConnection::~HttpConnection() { curl_easy_cleanup(state_->handle); }

Result<HttpResponse> HttpConnection::send(const HttpRequest& request) {
  static const std::function<bool(std::string_view)> none;
  state_->on_data = nullptr;
  return stream(request, none);
}

Result<HttpResponse> HttpConnection::stream(const HttpRequest& request, const std::function<bool(std::string_view)>& on_data,
                                            const std::function<void()>& on_open) {
  auto& state = *state_;
  auto* handle = state.handle;
  if (handle == nullptr) return Error{"CannotGetDockerclientError", "out of memory"};
  state.on_data = on_data ? &on_data : nullptr;
  state.on_open = &on_open;
  state.response = {};
  state.opened = state.ended_by_reader = false;

  // Reset keeps the connection.
  curl_easy_reset(handle);
  auto url = base_url(state.host) + request.path;
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  if (state.host.rfind(kUnixScheme, 0) == 0)
    curl_easy_setopt(handle, CURLOPT_UNIX_SOCKET_PATH, state.host.c_str() + kUnixScheme.size());
  curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, 10'000L);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(request.limit.count()));
  if (request.idle_limit.count() > 0) {
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, static_cast<long>(request.idle_limit.count() / 1000));
  }
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &State::header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, state_.get());
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &State::write);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, state_.get());
  curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, &State::progress);
  curl_easy_setopt(handle, CURLOPT_XFERINFODATA, state_.get());

  // Without `Expect:` libcurl would wait a second for "100 Continue" before a large body.
  curl_slist* headers = curl_slist_append(nullptr, "Expect:");
  if (request.body) headers = curl_slist_append(headers, ("Content-Type: " + request.content_type).c_str());
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
  if (request.method == "POST") {
    curl_easy_setopt(handle, CURLOPT_POST, 1L);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body ? request.body->size() : 0));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body ? request.body->data() : "");
  } else if (request.method != "GET") {
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }

  auto code = curl_easy_perform(handle);
  curl_slist_free_all(headers);
  if (code != CURLE_OK && !state.ended_by_reader) return state.failure(code, request);
  (void)state.streaming();
  return std::move(state.response);
}

std::string percent_encode(std::string_view text) {
  std::string encoded;
  for (unsigned char c : text) {
    bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                      c == '_' || c == '~';
    if (unreserved)
      encoded += static_cast<char>(c);
    else
      encoded += fmt::format("%{:02X}", c);
  }
  return encoded;
}

}  // namespace berth::engine::docker
