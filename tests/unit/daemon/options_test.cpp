#include "engine/daemon/options.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "base/random.h"
#include "engine/daemon/credentials.h"
#include "engine/daemon/data_dir.h"
#include "engine/daemon/front_door.h"

namespace berth::engine {
namespace {

std::variant<Options, Usage> parse(std::vector<const char*> words) {
  words.insert(words.begin(), "berthd");
  return parse_options(static_cast<int>(words.size()), words.data(), "1.2.3");
}

/// The exit code of a command line that does not start an engine, or -1.
int exit_code(const std::vector<const char*>& words) {
  const auto parsed = parse(words);
  const auto* usage = std::get_if<Usage>(&parsed);
  return usage ? usage->exit_code : -1;
}

TEST_CASE("an engine needs a directory and a socket, the rest has defaults") {
  const auto parsed = parse({"--data-dir", "/d", "--socket", "/s"});
  REQUIRE(std::holds_alternative<Options>(parsed));
  const Options& options = std::get<Options>(parsed);
  CHECK(options.data_dir == "/d");
  CHECK(options.socket == "/s");
  CHECK(options.driver == "docker");
  CHECK(options.healthy_after == std::chrono::seconds(40));
  CHECK_FALSE(options.listen);
  CHECK(exit_code({}) == 64);
  CHECK(exit_code({"--data-dir", "/d"}) == 64);
  CHECK(exit_code({"--data-dir", "/d", "--socket", "/s", "--driver", "podman"}) == 64);
  CHECK(exit_code({"--data-dir", "/d", "--socket", "/s", "--healthy-after", "soon"}) == 64);
  CHECK(exit_code({"--data-dir", "/d", "--socket", "/s", "stray"}) == 64);
  CHECK(exit_code({"--help"}) == 0);
  CHECK(exit_code({"--version"}) == 0);
}

TEST_CASE("a TCP address wants signatures, unless it is a loopback one and told not to") {
  const auto with = [](const char* address, const std::vector<const char*>& more) {
    std::vector<const char*> words{"--data-dir", "/d", "--socket", "/s", "--listen", address};
    words.insert(words.end(), more.begin(), more.end());
    return exit_code(words);
  };
  CHECK(with("127.0.0.1:80", {"--auth", "none"}) == -1);
  CHECK(with("127.9.9.9:0", {"--auth", "none"}) == -1);
  CHECK(with("[::1]:80", {"--auth", "none"}) == -1);
  CHECK(with("127.0.0.1:80", {}) == -1);
  CHECK(with("0.0.0.0:80", {}) == -1);
  CHECK(with("192.168.1.1:80", {"--auth", "sigv4"}) == -1);
  CHECK(with("192.168.1.1:80", {"--credentials", "/c"}) == -1);
  CHECK(with("127.0.0.1:80", {"--auth", "none", "--credentials", "/c"}) == 64);
  CHECK(exit_code({"--data-dir", "/d", "--socket", "/s", "--credentials", "/c"}) == 64);
  CHECK(with("0.0.0.0:80", {"--auth", "none"}) == 64);
  CHECK(with("192.168.1.1:80", {"--auth", "none"}) == 64);
  CHECK(with("example.org:80", {"--auth", "none"}) == 64);
  CHECK(with("127.0.0.1", {"--auth", "none"}) == 64);
  CHECK(with("127.0.0.1:70000", {"--auth", "none"}) == 64);
  CHECK(exit_code({"--data-dir", "/d", "--socket", "/s", "--auth", "none"}) == 64);
}

TEST_CASE("durations have units") {
  CHECK(parse_duration("40s") == std::chrono::seconds(40));
  CHECK(parse_duration("500ms") == Milliseconds(500));
  CHECK(parse_duration("2m") == std::chrono::minutes(2));
  CHECK(parse_duration("0") == Milliseconds(0));
  for (const char* text : {"", "s", "40", "-1s", "1.5s", "1d", "99999999s"}) {
    INFO(text);
    CHECK_FALSE(parse_duration(text));
  }
}

TEST_CASE("a directory belongs to one engine at a time") {
  const std::string path = (std::filesystem::temp_directory_path() / ("berth-dir-" + RandomSource().hex(12))).string();
  {
    const auto first = DataDir::lock(path + "/deep");
    REQUIRE(first);
    const auto second = DataDir::lock(path + "/deep");
    REQUIRE_FALSE(second);
    CHECK(second.error().message.find("another engine") != std::string::npos);
  }
  CHECK(DataDir::lock(path + "/deep"));
  std::filesystem::remove_all(path);
}

TEST_CASE("a request over TCP must name this machine") {
  const auto foreign = [](const std::string& host, bool over_tcp) {
    HttpRequest request{.method = "POST", .target = "/", .headers = {}, .body = "", .over_tcp = over_tcp};
    if (!host.empty()) request.headers.emplace_back("host", host);
    return is_foreign(request);
  };
  for (const char* host : {"127.0.0.1:80", "localhost:80", "127.0.0.1", "[::1]:80", "[::1]", ""}) {
    INFO(host);
    CHECK_FALSE(foreign(host, true));
  }
  for (const char* host : {"example.org", "example.org:80", "localhost.example.org", "[::2]:80", "10.0.0.1"}) {
    INFO(host);
    CHECK(foreign(host, true));
    CHECK_FALSE(foreign(host, false));
  }
}

TEST_CASE("over TCP only what is signed with the engine's keys comes in") {
  const std::string path = (std::filesystem::temp_directory_path() / ("berth-keys-" + RandomSource().hex(12))).string();
  const auto made = load_or_make_credentials(path, "eu-west-1");
  REQUIRE(made);
  const auto again = load_or_make_credentials(path, "eu-west-1");
  REQUIRE(again);
  CHECK(again->secret_access_key == made->secret_access_key);
  CHECK(std::filesystem::status(path).permissions() == (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  std::filesystem::permissions(path, std::filesystem::perms::others_read, std::filesystem::perm_options::add);
  CHECK_FALSE(load_or_make_credentials(path, "eu-west-1"));
  std::filesystem::remove(path);

  const Timestamp now{std::chrono::seconds(1'700'000'000)};
  const Access access{.credentials = *made, .region = "eu-west-1"};
  api::SignableRequest request{.headers = {{"Host", "engine.example:5190"}, {"X-Amz-Target", "T.Op"}}, .body = "{}"};
  api::sign(request, *made, "eu-west-1", "ecs", now);
  HttpRequest http{.method = "POST", .target = "/", .headers = request.headers, .body = "{}", .over_tcp = true};
  CHECK_FALSE(refusal_of(http, access, now));
  http.target = "/berth/EngineStatus";
  REQUIRE(refusal_of(http, access, now));
  CHECK(refusal_of(http, access, now)->code == "InvalidSignatureException");
  http.headers.clear();
  CHECK(refusal_of(http, access, now)->code == "MissingAuthenticationTokenException");
  http.over_tcp = false;
  CHECK_FALSE(refusal_of(http, access, now));
}

TEST_CASE("what the server refuses looks like a refusal of the API") {
  const HttpResponse response = refuse_http(413, "too large", "id");
  CHECK(response.status == 413);
  CHECK(response.body == R"({"__type":"RequestEntityTooLargeException","message":"too large"})");
  CHECK(response.headers.at(0) == std::pair<std::string, std::string>("x-amzn-RequestId", "id"));
}

}  // namespace
}  // namespace berth::engine
