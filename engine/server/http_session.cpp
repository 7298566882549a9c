#include "engine/server/http_session.h"

#include <sys/socket.h>

#include <boost/asio/post.hpp>

namespace berth::engine {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

namespace {

/// How much of a refused request is read to let the client see the answer; a client that sends more sees a reset.
constexpr std::size_t kMostDropped = 128 << 20;
constexpr Milliseconds kLinger = std::chrono::seconds(10);

HttpRequest request_of(http::request<http::string_body>&& message) {
  HttpRequest request{.method = std::string(message.method_string()), .target = std::string(message.target()), .headers = {}, .body = {}};
  for (const auto& field : message) request.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  request.body = std::move(message.body());
  return request;
}

http::response<http::string_body> message_of(HttpResponse&& response, bool keep_alive) {
  http::response<http::string_body> message(static_cast<http::status>(response.status), 11);
  message.set(http::field::content_type, response.content_type);
  for (const auto& [name, value] : response.headers) message.set(name, value);
  message.keep_alive(keep_alive);
  message.body() = std::move(response.body);
  message.prepare_payload();
  return message;
}

}  // namespace

HttpSession::HttpSession(std::shared_ptr<SessionHost> host, Socket socket) : host_(std::move(host)), stream_(std::move(socket)) {
  Code ignored;
  over_tcp_ = stream_.socket().local_endpoint(ignored).protocol().family() != AF_UNIX;
}
HttpSession::~HttpSession() { host_->session_ended(); }

void HttpSession::start() { read_header(host_->limits.header_time); }

void HttpSession::close_when_idle() {
  if (idle_) close_now();
}

void HttpSession::close_now() {
  Code ignored;
  stream_.socket().close(ignored);
}

void HttpSession::read_header(Milliseconds patience) {
  idle_ = true;
  parser_.emplace();
  parser_->header_limit(host_->limits.header_bytes);
  parser_->body_limit(host_->limits.body_bytes);
  stream_.expires_after(patience);
  http::async_read_header(stream_, buffer_, *parser_, [self = shared_from_this()](Code code, std::size_t) { self->take_header(code); });
}

void HttpSession::take_header(Code code) {
  if (code == http::error::body_limit) return refuse(413, "The request is larger than the limit.");
  if (code == http::error::header_limit) return refuse(431, "The header is larger than the limit.");
  if (code) {
    // The client went away, or nothing came in time: there is nobody to answer. Only what the parser says is the client's mistake.
    const bool parsed_wrong = code.category() == http::make_error_code(http::error::bad_method).category() && code != http::error::end_of_stream &&
                              code != http::error::partial_message;
    if (parsed_wrong) refuse(400, "The request is not HTTP: " + code.message());
    return;
  }
  idle_ = false;
  if (!beast::iequals(parser_->get()[http::field::expect], "100-continue")) return read_body();
  static const std::string kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  stream_.expires_after(host_->limits.write_time);
  asio::async_write(stream_, asio::buffer(kContinue), [self = shared_from_this()](Code failed, std::size_t) {
    if (!failed) self->read_body();
  });
}

void HttpSession::read_body() {
  stream_.expires_after(host_->limits.body_time);
  http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](Code code, std::size_t) { self->take_body(code); });
}

void HttpSession::take_body(Code code) {
  if (code == http::error::body_limit) return refuse(413, "The request is larger than the limit.");
  if (code == beast::error::timeout) return;
  if (code) return refuse(400, "The request's body can't be read: " + code.message());
  stream_.expires_never();
  const bool keep_alive = parser_->get().keep_alive();
  HttpRequest request = request_of(parser_->release());
  request.over_tcp = over_tcp_;
  host_->callbacks.handle(std::move(request), [self = shared_from_this(), keep_alive](HttpResponse response) {
    asio::post(self->host_->context, [self, keep_alive, response = std::move(response)]() mutable { self->respond(std::move(response), keep_alive); });
  });
}

void HttpSession::respond(HttpResponse response, bool keep_alive) {
  const bool stays = keep_alive && !host_->closing;
  response_ = message_of(std::move(response), stays);
  stream_.expires_after(host_->limits.write_time);
  http::async_write(stream_, response_, [self = shared_from_this(), stays](Code code, std::size_t) {
    if (code) return;
    if (stays && !self->host_->closing) return self->read_header(self->host_->limits.idle_time);
    self->linger();
  });
}

void HttpSession::refuse(int status, const std::string& reason) {
  idle_ = false;
  respond(host_->callbacks.refuse(status, reason), false);
}

void HttpSession::linger() {
  Code ignored;
  stream_.socket().shutdown(Socket::shutdown_send, ignored);
  to_drop_ = kMostDropped;
  stream_.expires_after(kLinger);
  drop_more();
}

void HttpSession::drop_more() {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(64 * 1024), [self = shared_from_this()](Code code, std::size_t size) {
    if (code || size >= self->to_drop_) return;
    self->to_drop_ -= size;
    self->drop_more();
  });
}

}  // namespace berth::engine
