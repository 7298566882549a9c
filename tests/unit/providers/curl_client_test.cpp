#include "providers/http/curl_client.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include <catch2/catch.hpp>

namespace berth::provider {
namespace {

/// A server on a unix socket that answers every request on a connection with what `answer` says; "" closes the connection, "hang" says nothing.
class TinyServer {
 public:
  explicit TinyServer(std::function<std::string(const std::string& request)> answer) : answer_(std::move(answer)) {
    char directory[] = "/tmp/berth-http-XXXXXX";
    REQUIRE(mkdtemp(directory) != nullptr);
    directory_ = directory;
    listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = directory_ + "/s";
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    REQUIRE(bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
    REQUIRE(listen(listener_, 16) == 0);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~TinyServer() {
    shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (const int fd : open_) shutdown(fd, SHUT_RDWR);
    for (std::thread& thread : connections_) thread.join();
    close(listener_);
    std::filesystem::remove_all(directory_);
  }
  TinyServer(const TinyServer&) = delete;
  TinyServer& operator=(const TinyServer&) = delete;

  [[nodiscard]] Endpoint endpoint() const { return *parse_endpoint("unix://" + directory_ + "/s"); }
  std::atomic<int> accepted{0};

 private:
  void accept_all() {
    for (;;) {
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      ++accepted;
      open_.push_back(fd);
      connections_.emplace_back([this, fd] { serve(fd); });
    }
  }

  /// Requests have a Content-Length and come whole, one after the other.
  void serve(int fd) {
    std::string received;
    char buffer[4096];
    for (;;) {
      const ssize_t n = read(fd, buffer, sizeof(buffer));
      if (n <= 0) break;
      received.append(buffer, static_cast<std::size_t>(n));
      const std::size_t head = received.find("\r\n\r\n");
      if (head == std::string::npos) continue;
      const std::size_t at = received.find("Content-Length: ");
      const std::size_t length = at == std::string::npos || at > head ? 0 : std::stoul(received.substr(at + 16));
      if (received.size() < head + 4 + length) continue;
      const std::string response = answer_(received);
      received.clear();
      if (response == "hang") continue;
      if (response.empty() || write(fd, response.data(), response.size()) < 0) break;
    }
    close(fd);
  }

  std::function<std::string(const std::string&)> answer_;
  std::string directory_;
  int listener_ = -1;
  std::thread acceptor_;
  std::vector<int> open_;
  std::vector<std::thread> connections_;
};

std::string response(const std::string& body, const std::string& status = "200 OK") {
  return "HTTP/1.1 " + status + "\r\nX-Amzn-RequestId:  abc \r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST_CASE("a request arrives whole and its answer comes back, status and headers included") {
  std::string seen;
  TinyServer server([&](const std::string& request) {
    seen = request;
    return response("no such thing", "404 Not Found");
  });
  CurlClient client(server.endpoint());
  const auto answer = client.send({.method = "POST", .path = "/x?y=1", .headers = {{"X-Amz-Target", "A.B"}}, .body = "{\"a\":1}"});
  REQUIRE(answer);
  CHECK(answer->status == 404);
  CHECK(answer->body == "no such thing");
  CHECK(answer->headers.at("x-amzn-requestid") == "abc");
  CHECK(seen.rfind("POST /x?y=1 HTTP/1.1\r\n", 0) == 0);
  CHECK(seen.find("X-Amz-Target: A.B\r\n") != std::string::npos);
  CHECK(seen.find("Expect:") == std::string::npos);
  CHECK(seen.substr(seen.size() - 7) == "{\"a\":1}");
}

TEST_CASE("one connection serves requests that follow each other") {
  TinyServer server([](const std::string&) { return response("{}"); });
  CurlClient client(server.endpoint());
  for (int i = 0; i < 20; ++i) REQUIRE(client.send({.body = "{}"}));
  REQUIRE(client.send({.method = "GET", .path = "/ping"}));
  CHECK(server.accepted == 1);
}

TEST_CASE("requests from several threads get their own answers, with at most a connection for each thread") {
  TinyServer server([](const std::string& request) { return response(request.substr(request.find("\r\n\r\n") + 4)); });
  CurlClient client(server.endpoint());
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const std::string body = std::to_string(t) + "/" + std::to_string(i);
        const auto answer = client.send({.body = body});
        if (!answer || answer->body != body) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(server.accepted <= 4);
}

TEST_CASE("failures say whether the request may have had an effect") {
  SECTION("nobody listens") {
    CurlClient client(*parse_endpoint("unix:///tmp/berth-nobody-listens-here"));
    const auto answer = client.send({});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == "connect");
    CHECK(answer.error().retryable);
    CHECK(answer.error().message.find("unix:///tmp/berth-nobody-listens-here") != std::string::npos);
  }
  SECTION("the server hangs up") {
    TinyServer server([](const std::string&) { return ""; });
    CurlClient client(server.endpoint());
    const auto answer = client.send({.body = "{}"});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == "connection-lost");
    CHECK(answer.error().retryable);
  }
  SECTION("the server says nothing") {
    TinyServer server([](const std::string&) { return "hang"; });
    CurlClient client(server.endpoint());
    const auto answer = client.send({.body = "{}", .timeout = Milliseconds(50)});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == "timeout");
  }
  SECTION("the answer is too long") {
    TinyServer server([](const std::string&) { return response(std::string(5000, 'x')); });
    CurlClient client(server.endpoint(), {.largest_response = 4000});
    const auto answer = client.send({.body = "{}"});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == "response-too-large");
    CHECK_FALSE(answer.error().retryable);
  }
}

TEST_CASE("a client works on after a failure") {
  int calls = 0;
  TinyServer server([&](const std::string&) { return ++calls == 1 ? std::string() : response("{}"); });
  CurlClient client(server.endpoint());
  CHECK_FALSE(client.send({.body = "{}"}));
  CHECK(client.send({.body = "{}"}));
}

}  // namespace
}  // namespace berth::provider
