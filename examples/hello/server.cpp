// The program inside the hello container: answers every HTTP request with its greeting, its version and the host name of its container.
// Built with `g++ -static`, it needs no other file. `server --health` asks a running server and exits with 0 when it answers.
//
// Environment: PORT (default 8080), GREETING, VERSION.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

constexpr const char* kVersion = "1";
constexpr int kSecondsPerRequest = 2;

std::string setting(const char* name, const char* fallback) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? fallback : value;
}

sockaddr_in address(in_addr_t host) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(host);
  where.sin_port = htons(static_cast<std::uint16_t>(std::atoi(setting("PORT", "8080").c_str())));
  return where;
}

void limit_time(int connection) {
  const timeval limit{kSecondsPerRequest, 0};
  setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

/// Reads until the blank line that ends a request's head; false when none comes in 8 KiB or in time.
bool read_head(int connection) {
  std::string head;
  char buffer[1024];
  while (head.size() < 8192) {
    const ssize_t count = recv(connection, buffer, sizeof buffer, 0);
    if (count <= 0) return false;
    head.append(buffer, static_cast<std::size_t>(count));
    if (head.find("\r\n\r\n") != std::string::npos) return true;
  }
  return false;
}

void answer(int connection) {
  if (!read_head(connection)) return;
  char host[256] = "";
  gethostname(host, sizeof host - 1);
  const std::string body = setting("GREETING", "hello") + ", version " + setting("VERSION", kVersion) + ", from " + host + "\n";
  const std::string response = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: " +
                               std::to_string(body.size()) + "\r\n\r\n" + body;
  send(connection, response.data(), response.size(), MSG_NOSIGNAL);
}

int serve() {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const sockaddr_in where = address(INADDR_ANY);
  if (bind(listener, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0 || listen(listener, 64) != 0) {
    return std::perror("server: cannot listen"), 1;
  }
  std::printf("listening on port %d\n", ntohs(where.sin_port));
  std::fflush(stdout);
  for (;;) {
    const int connection = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    limit_time(connection);
    answer(connection);
    close(connection);
  }
}

int check_health() {
  const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  limit_time(connection);
  const sockaddr_in where = address(INADDR_LOOPBACK);
  if (connect(connection, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0) return std::perror("server: no answer"), 1;
  const std::string request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  send(connection, request.data(), request.size(), MSG_NOSIGNAL);
  char start[16] = "";
  const ssize_t count = recv(connection, start, sizeof start - 1, MSG_WAITALL);
  return count > 12 && std::strncmp(start, "HTTP/1.1 200", 12) == 0 ? 0 : 1;
}

void stop(int) { _exit(0); }

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "--health") == 0) return check_health();
  // As the first process of its container it gets no default actions of signals.
  signal(SIGTERM, stop);
  signal(SIGINT, stop);
  return serve();
}
