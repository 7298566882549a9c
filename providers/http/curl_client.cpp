#include "providers/http/curl_client.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <string_view>
#include <vector>

#include "base/check.h"

namespace berth::provider {
namespace {

struct CloseHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using Handle = std::unique_ptr<CURL, CloseHandle>;

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

void add_header(HeaderList& list, const std::string& line) {
  curl_slist* head = curl_slist_append(list.get(), line.c_str());
  BERTH_CHECK(head != nullptr, "out of memory");
  static_cast<void>(list.release());
  list.reset(head);
}

/// What the callbacks fill.
struct Receiver {
  HttpResponse response;
  std::size_t limit = 0;
  bool too_large = false;
};

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& receiver = *static_cast<Receiver*>(user);
  const std::size_t bytes = size * count;
  if (receiver.response.body.size() + bytes > receiver.limit) {
    receiver.too_large = true;
    return 0;
  }
  receiver.response.body.append(data, bytes);
  return bytes;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& receiver = *static_cast<Receiver*>(user);
  const std::string_view line(data, size * count);
  // What came before was a proxy's answer, or an interim one.
  if (line.starts_with("HTTP/")) receiver.response.headers.clear();
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return line.size();
  std::string name(trimmed(line.substr(0, colon)));
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::string& value = receiver.response.headers[name];
  if (!value.empty()) value += ", ";
  value += trimmed(line.substr(colon + 1));
  return line.size();
}

/// libcurl's codes in the words of http_client.h.
Error to_error(CURLcode code, const char* detail, const Endpoint& endpoint, const HttpRequest& request, bool too_large, std::size_t limit) {
  const std::string why = *detail != '\0' ? detail : curl_easy_strerror(code);
  switch (code) {
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_SSL_CONNECT_ERROR:
      return {"connect", fmt::format("cannot connect to {}: {}", endpoint.text(), why), true};
    case CURLE_OPERATION_TIMEDOUT:
      return {"timeout", fmt::format("{} did not answer within {}", endpoint.text(), format_duration(request.timeout)), true};
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_PARTIAL_FILE:
      return {"connection-lost", fmt::format("the connection to {} was lost: {}", endpoint.text(), why), true};
    case CURLE_WRITE_ERROR:
      if (too_large) return {"response-too-large", fmt::format("{} answered with more than {} bytes", endpoint.text(), limit)};
      [[fallthrough]];
    default:
      return {"http", fmt::format("request to {} failed: {}", endpoint.text(), why)};
  }
}

void initialise_curl_once() {
  static const CURLcode result = curl_global_init(CURL_GLOBAL_DEFAULT);
  BERTH_CHECK(result == CURLE_OK, "libcurl cannot start");
}

/// Options that stay the same for every request of a handle.
void prepare(CURL* handle, const Endpoint& endpoint, const CurlClient::Options& options) {
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
  curl_easy_setopt(handle, CURLOPT_USERAGENT, options.user_agent.c_str());
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &on_body);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &on_header);
  if (!options.ca_bundle.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, options.ca_bundle.c_str());
  if (!options.use_proxy) curl_easy_setopt(handle, CURLOPT_PROXY, "");
  if (endpoint.is_unix()) {
    curl_easy_setopt(handle, CURLOPT_UNIX_SOCKET_PATH, endpoint.unix_socket.c_str());
    // A proxy from the environment is for the network.
    curl_easy_setopt(handle, CURLOPT_PROXY, "");
  }
}

}  // namespace

/// Handles that no request uses at the moment. A handle owns its connection.
class CurlClient::Pool {
 public:
  Handle take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return nullptr;
    Handle handle = std::move(free_.back());
    free_.pop_back();
    return handle;
  }
  void give_back(Handle handle) {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(handle));
  }

 private:
  std::mutex mutex_;
  std::vector<Handle> free_;
};

CurlClient::CurlClient(Endpoint endpoint, Options options)
    : endpoint_(std::move(endpoint)), options_(std::move(options)), pool_(std::make_unique<Pool>()) {
  initialise_curl_once();
}

CurlClient::~CurlClient() = default;

Result<HttpResponse> CurlClient::send(const HttpRequest& request) {
  Handle handle = pool_->take();
  if (!handle) {
    handle.reset(curl_easy_init());
    if (!handle) return Error{"http", "libcurl has no handle left"};
    prepare(handle.get(), endpoint_, options_);
  }

  HeaderList headers;
  for (const auto& [name, value] : request.headers) add_header(headers, name + ": " + value);
  // Without this libcurl waits for "100 Continue" before longer bodies.
  add_header(headers, "Expect:");

  Receiver receiver{.response = {}, .limit = options_.largest_response, .too_large = false};
  char detail[CURL_ERROR_SIZE] = "";
  const std::string url = endpoint_.url + request.path;
  curl_easy_setopt(handle.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
  curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &receiver);
  curl_easy_setopt(handle.get(), CURLOPT_HEADERDATA, &receiver);
  curl_easy_setopt(handle.get(), CURLOPT_ERRORBUFFER, detail);
  curl_easy_setopt(handle.get(), CURLOPT_CUSTOMREQUEST, nullptr);
  if (request.method == "GET") {
    curl_easy_setopt(handle.get(), CURLOPT_HTTPGET, 1L);
  } else if (request.method == "HEAD") {
    curl_easy_setopt(handle.get(), CURLOPT_NOBODY, 1L);
  } else {
    curl_easy_setopt(handle.get(), CURLOPT_POST, 1L);
    curl_easy_setopt(handle.get(), CURLOPT_CUSTOMREQUEST, request.method.c_str());
    curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  }

  const CURLcode code = curl_easy_perform(handle.get());
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  curl_easy_setopt(handle.get(), CURLOPT_ERRORBUFFER, nullptr);
  curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, nullptr);
  // After a failure libcurl has closed the connection itself; the handle stays good.
  pool_->give_back(std::move(handle));
  if (code != CURLE_OK) return to_error(code, detail, endpoint_, request, receiver.too_large, options_.largest_response);
  receiver.response.status = static_cast<int>(status);
  return std::move(receiver.response);
}

}  // namespace berth::provider
