#include "engine/server/http_server.h"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <list>

#include "engine/server/event_loop_impl.h"
#include "engine/server/http_session.h"

namespace berth::engine {

namespace asio = boost::asio;
namespace beast = boost::beast;
using Local = asio::local::stream_protocol;
using Tcp = asio::ip::tcp;

std::string HttpRequest::header(const std::string& name) const {
  for (const auto& [key, value] : headers) {
    if (beast::iequals(key, name)) return value;
  }
  return "";
}

bool is_loopback(const std::string& host) {
  if (host == "localhost") return true;
  boost::system::error_code code;
  const auto address = asio::ip::make_address(host, code);
  return !code && address.is_loopback();
}

bool names_loopback(const std::string& host_header) {
  if (!host_header.empty() && host_header.front() == '[') {
    const std::size_t end = host_header.find(']');
    return end != std::string::npos && is_loopback(host_header.substr(1, end - 1));
  }
  return is_loopback(host_header.substr(0, host_header.find(':')));
}

struct HttpServer::State : SessionHost, std::enable_shared_from_this<HttpServer::State> {
  State(EventLoop& loop, HttpLimits its_limits, Callbacks its_callbacks)
      : SessionHost(its_limits, std::move(its_callbacks), loop.impl().context), drain(loop.impl().context) {}

  void session_ended() override {
    --open;
    if (closing) {
      if (open == 0) finish();
      return;
    }
    for (auto& resume : std::exchange(paused, {})) resume();
  }

  /// Accepts one after the other while there is room.
  template <class Acceptor>
  void accept(const std::shared_ptr<Acceptor>& acceptor) {
    if (closing) return;
    if (open >= limits.connections) {
      paused.push_back([self = shared_from_this(), acceptor] { asio::post(self->context, [self, acceptor] { self->accept(acceptor); }); });
      return;
    }
    acceptor->async_accept([self = shared_from_this(), acceptor](boost::system::error_code code, auto socket) {
      if (code == asio::error::operation_aborted || self->closing) return;
      if (!code) self->begin(HttpSession::Socket(std::move(socket)));
      self->accept(acceptor);
    });
  }

  void begin(HttpSession::Socket socket) {
    ++open;
    const auto session = std::make_shared<HttpSession>(shared_from_this(), std::move(socket));
    sessions.remove_if([](const std::weak_ptr<HttpSession>& held) { return held.expired(); });
    sessions.push_back(session);
    session->start();
  }

  /// Accepts nobody any more.
  void close() {
    closing = true;
    for (const auto& close_acceptor : close_acceptors) close_acceptor();
    paused.clear();  // they keep this state alive
  }

  void finish() {
    // Without a waiter there is no shutdown in progress: the loop itself is going, and its timers with it.
    if (!done) return;
    drain.cancel();
    std::exchange(done, nullptr)();
  }

  asio::steady_timer drain;
  std::vector<std::function<void()>> close_acceptors;
  std::vector<std::function<void()>> paused;
  std::list<std::weak_ptr<HttpSession>> sessions;
  std::size_t open = 0;
  std::function<void()> done;
  std::string unix_path;
};

HttpServer::HttpServer(EventLoop& loop, HttpLimits limits, Callbacks callbacks)
    : state_(std::make_shared<State>(loop, limits, std::move(callbacks))) {}

HttpServer::~HttpServer() {
  state_->close();
  if (!state_->unix_path.empty()) ::unlink(state_->unix_path.c_str());
}

Result<void> HttpServer::listen_unix(const std::string& path) {
  boost::system::error_code code;
  const auto failed = [&path](const std::string& why) { return Error{"listen", "can't listen on " + path + ": " + why}; };
  if (path.size() >= sizeof(sockaddr_un::sun_path)) return failed("the path is too long for a socket");
  const Local::endpoint endpoint(path);
  if (::access(path.c_str(), F_OK) == 0) {
    Local::socket probe(state_->context);
    probe.connect(endpoint, code);
    if (!code) return failed("another engine answers there");
    struct stat info {};
    if (::lstat(path.c_str(), &info) == 0 && !S_ISSOCK(info.st_mode)) return failed("there is a file that is no socket");
    ::unlink(path.c_str());
  }
  auto acceptor = std::make_shared<Local::acceptor>(state_->context);
  acceptor->open(endpoint.protocol(), code);
  // The mode must be right from the first moment.
  const mode_t before = ::umask(0177);
  if (!code) acceptor->bind(endpoint, code);
  ::umask(before);
  if (!code) acceptor->listen(asio::socket_base::max_listen_connections, code);
  if (code) return failed(code.message());
  state_->unix_path = path;
  state_->close_acceptors.push_back([acceptor] {
    boost::system::error_code ignored;
    acceptor->close(ignored);
  });
  state_->accept(acceptor);
  return {};
}

Result<std::uint16_t> HttpServer::listen_tcp(const std::string& host, std::uint16_t port) {
  boost::system::error_code code;
  const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, code);
  const auto failed = [&] { return Error{"listen", "can't listen on " + host + ":" + std::to_string(port) + ": " + code.message()}; };
  if (code) return failed();
  const Tcp::endpoint endpoint(address, port);
  auto acceptor = std::make_shared<Tcp::acceptor>(state_->context);
  acceptor->open(endpoint.protocol(), code);
  if (!code) acceptor->set_option(asio::socket_base::reuse_address(true), code);
  if (!code) acceptor->bind(endpoint, code);
  if (!code) acceptor->listen(asio::socket_base::max_listen_connections, code);
  if (code) return failed();
  const std::uint16_t chosen = acceptor->local_endpoint(code).port();
  state_->close_acceptors.push_back([acceptor] {
    boost::system::error_code ignored;
    acceptor->close(ignored);
  });
  state_->accept(acceptor);
  return chosen;
}

void HttpServer::shutdown(Milliseconds patience, std::function<void()> done) {
  state_->close();
  state_->done = std::move(done);
  for (const auto& held : state_->sessions) {
    if (const auto session = held.lock()) session->close_when_idle();
  }
  if (state_->open == 0) return asio::post(state_->context, [state = state_] { state->finish(); });
  state_->drain.expires_after(patience);
  state_->drain.async_wait([state = state_](boost::system::error_code cancelled) {
    if (cancelled) return;
    for (const auto& held : state->sessions) {
      if (const auto session = held.lock()) session->close_now();
    }
    state->finish();
  });
}

}  // namespace berth::engine
