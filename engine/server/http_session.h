#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <set>

#include "engine/server/http_server.h"

namespace berth::engine {

/// What sessions share with their server.
struct SessionHost {
  virtual ~SessionHost() = default;
  const HttpLimits limits;
  const HttpServer::Callbacks callbacks;
  boost::asio::io_context& context;
  bool closing = false;
  /// A session ended: there is room for another.
  virtual void session_ended() = 0;

 protected:
  SessionHost(HttpLimits its_limits, HttpServer::Callbacks its_callbacks, boost::asio::io_context& its_context)
      : limits(its_limits), callbacks(std::move(its_callbacks)), context(its_context) {}
};

/// One connection: reads a request, has it answered, writes, and again. Keeps itself alive through its pending operation.
class HttpSession : public std::enable_shared_from_this<HttpSession> {
 public:
  using Socket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol>;
  HttpSession(std::shared_ptr<SessionHost> host, Socket socket);
  ~HttpSession();
  HttpSession(const HttpSession&) = delete;
  HttpSession& operator=(const HttpSession&) = delete;

  void start();
  /// Ends the connection if it waits for a request; else after the answer.
  void close_when_idle();
  void close_now();

 private:
  using Code = boost::beast::error_code;
  void read_header(Milliseconds patience);
  void take_header(Code code);
  void read_body();
  void take_body(Code code);
  void respond(HttpResponse response, bool keep_alive);
  void refuse(int status, const std::string& reason);
  /// Reads and drops for a moment what the client still sends, so that it can read the answer before the connection is gone.
  void linger();
  void drop_more();

  std::shared_ptr<SessionHost> host_;
  boost::beast::basic_stream<boost::asio::generic::stream_protocol> stream_;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  boost::beast::http::response<boost::beast::http::string_body> response_;
  std::size_t to_drop_ = 0;
  bool over_tcp_ = false;
  bool idle_ = true;
};

}  // namespace berth::engine
