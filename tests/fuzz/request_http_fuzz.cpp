// libs: berth_daemon
// Any bytes on a connection to the engine: they are answered or dropped, the connection ends when the client is gone, over TCP nothing that is
// not rightly signed reaches the engine, and what is signed here does, unless a byte of it is changed afterwards. The first byte says how the
// connection came, and whether the rest is a header and a body of any length.

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>

#include "base/log.h"
#include "engine/daemon/front_door.h"
#include "engine/server/http_session.h"
#include "tests/support/engine_harness.h"

namespace {

using namespace berth;
using engine::HttpRequest;
using engine::HttpResponse;
using engine::HttpServer;

const api::Credentials kKeys{.access_key_id = "AKIDBERTH", .secret_access_key = "only the engine and its user know this"};

enum class Door { unix_socket, open_tcp, signed_tcp, signed_here };

api::SignableRequest signable(const HttpRequest& request) {
  const std::size_t mark = std::min(request.target.find('?'), request.target.size());
  return {.method = request.method,
          .path = request.target.substr(0, mark),
          .query = mark == request.target.size() ? "" : request.target.substr(mark + 1),
          .headers = request.headers,
          .body = request.body};
}

bool is_one_of(const std::string& name, std::initializer_list<const char*> names) {
  return std::any_of(names.begin(), names.end(), [&](const char* one) { return boost::beast::iequals(name, one); });
}

/// The request with a good signature in the place of what it had.
HttpRequest signed_by_us(HttpRequest request, Timestamp now) {
  auto& headers = request.headers;
  const auto ours = [](const auto& header) { return is_one_of(header.first, {"Authorization", "X-Amz-Date", "Host"}); };
  headers.erase(std::remove_if(headers.begin(), headers.end(), ours), headers.end());
  headers.emplace_back("Host", "localhost");
  api::SignableRequest to_sign = signable(request);
  api::sign(to_sign, kKeys, "us-east-1", "ecs", now);
  headers = to_sign.headers;
  return request;
}

class Host : public engine::SessionHost {
 public:
  Host(HttpServer::Callbacks its_callbacks, boost::asio::io_context& its_context) : SessionHost({}, std::move(its_callbacks), its_context) {}
  void session_ended() override { ended = true; }
  bool ended = false;
};

/// An engine, one connection to it, and what must hold for requests that come through it.
class Visit {
 public:
  explicit Visit(Door door) : door_(door) {}

  /// What the engine sends back.
  std::string send(const std::string& bytes) {
    int ends[2];
    BERTH_CHECK(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "a pair of sockets");
    boost::asio::io_context context{1};
    const auto host = std::make_shared<Host>(HttpServer::Callbacks{.handle = [this](HttpRequest request, const HttpServer::Respond& respond) { take(std::move(request), respond); },
                                                                   .refuse = [](int status, const std::string& reason) { return engine::refuse_http(status, reason, "id"); }},
                                             context);
    std::make_shared<engine::HttpSession>(host, engine::HttpSession::Socket(context, {AF_UNIX, 0}, ends[0]))->start();
    std::string answer;
    std::size_t sent = 0;
    bool shut = false;
    for (int idle = 0; !host->ended; ++idle) {
      BERTH_CHECK(idle < 1'000'000, "a connection ends when its client is gone");
      if (sent < bytes.size()) {
        const ssize_t n = ::send(ends[1], bytes.data() + sent, bytes.size() - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        sent = n < 0 && errno != EAGAIN ? bytes.size() : sent + static_cast<std::size_t>(std::max<ssize_t>(n, 0));
      } else if (!shut) {
        ::shutdown(ends[1], SHUT_WR);
        shut = true;
      }
      context.poll();
      context.restart();
      char buffer[64 * 1024];
      for (ssize_t n = 0; (n = ::recv(ends[1], buffer, sizeof buffer, MSG_DONTWAIT)) > 0;) answer.append(buffer, static_cast<std::size_t>(n));
    }
    ::close(ends[1]);
    return answer;
  }

 private:
  void take(HttpRequest request, const HttpServer::Respond& respond) {
    request.over_tcp = door_ != Door::unix_socket;
    const Timestamp now = harness_.clock.now();
    const engine::Access access{.credentials = door_ >= Door::signed_tcp ? std::optional(kKeys) : std::nullopt, .region = "us-east-1"};
    if (door_ == Door::signed_tcp) BERTH_CHECK(engine::refusal_of(request, access, now), "nobody else can sign");
    if (door_ == Door::signed_here) {
      request = signed_by_us(std::move(request), now);
      const auto refused = engine::refusal_of(request, access, now);
      BERTH_CHECK(!refused, refused->message);
      HttpRequest changed = request;
      changed.body += ' ';
      BERTH_CHECK(engine::refusal_of(changed, access, now), "a body is signed");
      changed = request;
      changed.target += 'x';
      BERTH_CHECK(engine::refusal_of(changed, access, now), "a path and a query are signed");
      BERTH_CHECK(engine::refusal_of(request, access, now + std::chrono::minutes(16)), "a signature grows old");
    }
    int answers = 0;
    engine::answer_http(harness_.engine(), request, access, now, [&](HttpResponse response) {
      ++answers;
      BERTH_CHECK(response.status == 200 || (response.status >= 400 && response.status < 500), response.body);
      BERTH_CHECK(parse_json(response.body), "an answer is JSON");
      respond(std::move(response));
    });
    BERTH_CHECK(answers == 1, "a request is answered once");
    harness_.settle();
  }

  const Door door_;
  test::EngineHarness harness_;
};

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  set_log_level(LogLevel::off);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::size_t end = bytes.find("\r\n\r\n");
  if ((data[0] & 4) != 0 && end != std::string::npos) {
    bytes.insert(end, "\r\nContent-Length: " + std::to_string(bytes.size() - end - 4));
  }
  const std::string answer = Visit(static_cast<Door>(data[0] & 3)).send(bytes);
  BERTH_CHECK(answer.empty() || answer.compare(0, 9, "HTTP/1.1 ") == 0, "what comes back is HTTP");
  return 0;
}
