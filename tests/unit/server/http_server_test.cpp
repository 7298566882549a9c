#include "engine/server/http_server.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <thread>

#include "base/random.h"

namespace berth::engine {
namespace {

/// A server that answers with what it was sent, on a socket of its own, in a thread of its own.
class EchoServer {
 public:
  explicit EchoServer(HttpLimits limits = {})
      : path_((std::filesystem::temp_directory_path() / ("berth-http-" + RandomSource().hex(12) + ".sock")).string()),
        server_(loop_, limits,
                {.handle = [](const HttpRequest& request, const HttpServer::Respond& respond) { respond({.body = request.method + " " + request.target + " " + request.header("x-note") + request.body}); },
                 .refuse = [](int status, const std::string& reason) { return HttpResponse{.status = status, .body = reason}; }}) {
    REQUIRE(server_.listen_unix(path_));
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~EchoServer() {
    loop_.post([this] { server_.shutdown(std::chrono::seconds(5), [this] { loop_.stop(); }); });
    thread_.join();
  }
  EchoServer(const EchoServer&) = delete;
  EchoServer& operator=(const EchoServer&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  EventLoop loop_;
  HttpServer server_;
  std::thread thread_;
};

/// A connection that speaks bytes.
class Client {
 public:
  explicit Client(const std::string& path) : descriptor_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    REQUIRE(::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
    const timeval patience{20, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  }
  ~Client() { ::close(descriptor_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void send(const std::string& bytes) const { (void)::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  /// Reads until `end` came, or the server closed.
  std::string read_until(const std::string& end) {
    std::string all;
    char buffer[4096];
    while (all.find(end) == std::string::npos || end.empty()) {
      const ssize_t size = ::recv(descriptor_, buffer, sizeof(buffer), 0);
      if (size <= 0) break;
      all.append(buffer, static_cast<std::size_t>(size));
    }
    return all;
  }

 private:
  int descriptor_;
};

bool begins(const std::string& text, const std::string& prefix) { return text.compare(0, prefix.size(), prefix) == 0; }

TEST_CASE("requests of one connection are answered one after the other") {
  const EchoServer server;
  Client client(server.path());
  for (const char* body : {"one", "two"}) {
    client.send("POST /path?q HTTP/1.1\r\nHost: x\r\nX-Note: n\r\nContent-Length: 3\r\n\r\n" + std::string(body));
    const std::string answer = client.read_until(body);
    CHECK(begins(answer, "HTTP/1.1 200"));
    CHECK(answer.find("POST /path?q n" + std::string(body)) != std::string::npos);
  }
  client.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
  CHECK(client.read_until("").find("GET / ") != std::string::npos);
}

TEST_CASE("what is larger than the limit is refused, announced or not") {
  const EchoServer server({.body_bytes = 100, .header_bytes = 1000});
  const std::string large(200, 'x');
  {
    Client client(server.path());
    client.send("POST / HTTP/1.1\r\nContent-Length: 67108864\r\n\r\n");
    CHECK(begins(client.read_until(""), "HTTP/1.1 413"));
  }
  {
    Client client(server.path());
    client.send("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nc8\r\n" + large + "\r\n0\r\n\r\n");
    CHECK(begins(client.read_until(""), "HTTP/1.1 413"));
  }
  {
    Client client(server.path());
    client.send("GET / HTTP/1.1\r\nX: " + std::string(2000, 'x') + "\r\n\r\n");
    CHECK(begins(client.read_until(""), "HTTP/1.1 431"));
  }
}

TEST_CASE("what is not HTTP gets an error") {
  const EchoServer server;
  Client client(server.path());
  client.send("hello?\r\n\r\n");
  CHECK(begins(client.read_until(""), "HTTP/1.1 400"));
}

TEST_CASE("a client that never finishes is cut off") {
  const EchoServer server({.header_time = Milliseconds(50), .body_time = Milliseconds(50)});
  Client slow_header(server.path());
  slow_header.send("GET / HT");
  CHECK(slow_header.read_until("").empty());
  Client slow_body(server.path());
  slow_body.send("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nhalf");
  CHECK(slow_body.read_until("").empty());
}

TEST_CASE("more connections than allowed wait for their turn") {
  const EchoServer server({.connections = 1});
  auto first = std::make_unique<Client>(server.path());
  first->send("GET /first HTTP/1.1\r\n\r\n");
  CHECK(first->read_until("/first ").find("200") != std::string::npos);
  Client second(server.path());
  second.send("GET /second HTTP/1.1\r\n\r\n");
  first.reset();
  CHECK(second.read_until("/second ").find("200") != std::string::npos);
}

TEST_CASE("the socket is its owner's, and a stale one is replaced") {
  std::string path;
  {
    const EchoServer server;
    path = server.path();
    struct stat info {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
    EventLoop loop;
    HttpServer other(loop, {}, {});
    const auto taken = other.listen_unix(path);
    REQUIRE_FALSE(taken);
    CHECK(taken.error().message.find("another engine") != std::string::npos);
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("loopback addresses are known") {
  for (const char* host : {"127.0.0.1", "127.1.2.3", "::1", "localhost"}) CHECK(is_loopback(host));
  for (const char* host : {"0.0.0.0", "10.0.0.1", "::", "example.org", ""}) CHECK_FALSE(is_loopback(host));
}

}  // namespace
}  // namespace berth::engine
