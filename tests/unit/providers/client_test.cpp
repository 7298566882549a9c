#include "providers/ecs/client.h"

#include <catch2/catch.hpp>

#include "providers/ecs/endpoint.h"
#include "providers/ecs/parallel.h"
#include "tests/unit/providers/fakes.h"

namespace berth::provider {
namespace {

const Error kRefused{"connect", "refused", true};
const Error kLost{"connection-lost", "reset", true};

struct Fixture {
  explicit Fixture(FakeHttp::Handler handler, EcsClient::Options options = {}) : http(std::move(handler)), client(http, clock, options, RandomSource(7)) {}
  FakeHttp http;
  FakeClock clock;
  EcsClient client;
};

TEST_CASE("a call names its operation in the header and gives the answer's body") {
  Fixture f(in_turn({answer({{"clusterArns", {"a"}}})}));
  const auto result = f.client.call("ListClusters", {{"maxResults", 3}});
  REQUIRE(result);
  CHECK(*result == Json{{"clusterArns", {"a"}}});
  CHECK(f.http.targets() == std::vector<std::string>{"AmazonEC2ContainerServiceV20141113.ListClusters"});
  CHECK(f.http.calls().front().request == Json{{"maxResults", 3}});
  CHECK(f.clock.waits.empty());
}

TEST_CASE("logs and the engine's extension have targets of their own") {
  Fixture f(in_turn({answer(Json::object())}));
  REQUIRE(f.client.call_logs("GetLogEvents", Json::object()));
  REQUIRE(f.client.call_engine("EngineStatus", Json::object()));
  CHECK(f.http.targets() == std::vector<std::string>{"Logs_20140328.GetLogEvents", "Berth_20261122.EngineStatus"});
}

TEST_CASE("errors carry the exception's name without its namespace") {
  Fixture f(in_turn({refusal("com.amazonaws.ecs#ClusterNotFoundException", "there is no such cluster")}));
  const auto result = f.client.call("ListServices", Json::object());
  REQUIRE_FALSE(result);
  CHECK(result.error() == Error{"ClusterNotFoundException", "there is no such cluster", false});
  CHECK(f.http.calls().size() == 1);
}

TEST_CASE("error_of reads every form of an error") {
  const auto code = [](const HttpResponse& response) { return error_of(response).code; };
  CHECK(code({400, {}, R"({"__type":"ClientException","Message":"m"})"}) == "ClientException");
  CHECK(error_of({400, {}, R"({"__type":"ClientException","Message":"m"})"}).message == "m");
  CHECK(code({400, {{"x-amzn-errortype", "ThrottlingException:http://x"}}, "{}"}) == "ThrottlingException");
  CHECK(code({429, {}, ""}) == "ThrottlingException");
  CHECK(code({502, {}, "<html>"}) == "HTTP 502");
  CHECK(error_of({502, {}, "<html>"}).retryable);
  CHECK(error_of({500, {}, R"({"__type":"ServerException","message":""})"}).retryable);
  CHECK_FALSE(error_of({400, {}, R"({"__type":3})"}).retryable);
}

TEST_CASE("throttling and server errors are repeated until it works") {
  Fixture f(in_turn({refusal("ThrottlingException"), refusal("ServerException", "down", 500), kRefused, answer(Json::object())}));
  REQUIRE(f.client.call("DescribeClusters", Json::object()));
  CHECK(f.http.calls().size() == 4);
  CHECK(f.clock.waits.size() == 3);
}

TEST_CASE("a call gives up after the last attempt with the last error") {
  Fixture f(in_turn({refusal("ServerException", "down", 500)}), {.retry = {.attempts = 4}});
  const auto result = f.client.call("DescribeClusters", Json::object());
  REQUIRE_FALSE(result);
  CHECK(result.error().code == "ServerException");
  CHECK(f.http.calls().size() == 4);
  CHECK(f.clock.waits.size() == 3);
}

TEST_CASE("what may have had an effect is repeated only when that does no harm") {
  const auto attempts = [](const char* operation, const Json& request, const Result<HttpResponse>& failure) {
    Fixture f(in_turn({failure}), {.retry = {.attempts = 3}});
    CHECK_FALSE(f.client.call(operation, request));
    return f.http.calls().size();
  };
  CHECK(attempts("RegisterTaskDefinition", Json::object(), kLost) == 1);
  CHECK(attempts("RegisterTaskDefinition", Json::object(), refusal("ServerException", "", 500)) == 1);
  CHECK(attempts("RegisterTaskDefinition", Json::object(), kRefused) == 3);
  CHECK(attempts("RegisterTaskDefinition", Json::object(), refusal("ThrottlingException")) == 3);
  CHECK(attempts("CreateService", {{"clientToken", "t"}}, kLost) == 3);
  CHECK(attempts("CreateService", Json::object(), kLost) == 1);
  CHECK(attempts("UpdateService", {{"desiredCount", 2}}, kLost) == 3);
  CHECK(attempts("UpdateService", {{"forceNewDeployment", true}}, kLost) == 1);
  CHECK(attempts("DeleteService", Json::object(), kLost) == 3);
  CHECK(attempts("DescribeServices", Json::object(), kLost) == 3);
  CHECK(attempts("DescribeServices", Json::object(), refusal("InvalidParameterException")) == 1);
}

TEST_CASE("waits are a random part of a span that doubles up to the cap") {
  const RetryPolicy policy{.attempts = 9, .base = Milliseconds(100), .cap = Milliseconds(1000)};
  CHECK(backoff_span(policy, 1) == Milliseconds(100));
  CHECK(backoff_span(policy, 2) == Milliseconds(200));
  CHECK(backoff_span(policy, 4) == Milliseconds(800));
  CHECK(backoff_span(policy, 5) == Milliseconds(1000));
  CHECK(backoff_span(policy, 60) == Milliseconds(1000));
  Fixture f(in_turn({refusal("ThrottlingException")}), {.retry = policy});
  CHECK_FALSE(f.client.call("ListClusters", Json::object()));
  REQUIRE(f.clock.waits.size() == 8);
  for (std::size_t i = 0; i < f.clock.waits.size(); ++i) CHECK(f.clock.waits[i] <= backoff_span(policy, static_cast<int>(i) + 1));
  CHECK(std::set<Milliseconds>(f.clock.waits.begin(), f.clock.waits.end()).size() > 4);
}

TEST_CASE("Ctrl-C ends the wait before the next attempt") {
  Fixture f(in_turn({refusal("ThrottlingException")}));
  f.clock.interrupt();
  const auto result = f.client.call("ListClusters", Json::object());
  REQUIRE_FALSE(result);
  CHECK(result.error().code == "interrupted");
  CHECK(f.http.calls().size() == 1);
}

TEST_CASE("list joins all pages") {
  Fixture f([](const std::string&, const Json& request) -> Result<HttpResponse> {
    const std::string token = request.value("nextToken", "");
    if (token.empty()) return answer({{"arns", {"a", "b"}}, {"nextToken", "1"}});
    if (token == "1") return answer({{"arns", Json::array()}, {"nextToken", "2"}});
    return answer({{"arns", {"c"}}});
  });
  const auto all = f.client.list("ListServices", {{"cluster", "x"}}, "arns");
  REQUIRE(all);
  CHECK(*all == std::vector<Json>{"a", "b", "c"});
  REQUIRE(f.http.calls().size() == 3);
  CHECK(f.http.calls()[2].request == Json{{"cluster", "x"}, {"nextToken", "2"}});
}

TEST_CASE("a server that repeats a page token does not keep us for ever") {
  Fixture f(in_turn({answer({{"arns", {"a"}}, {"nextToken", "same"}})}));
  const auto all = f.client.list("ListServices", Json::object(), "arns");
  REQUIRE_FALSE(all);
  CHECK(all.error().code == "pagination");
  CHECK(f.http.calls().size() == 2);
}

TEST_CASE("an answer that is not JSON is an error, not a crash") {
  Fixture f(in_turn({HttpResponse{200, {}, "hello"}}));
  const auto result = f.client.call("ListClusters", Json::object());
  REQUIRE_FALSE(result);
  CHECK(result.error().code == "bad-response");
}

TEST_CASE("client tokens are new each time and fit the API") {
  Fixture f(in_turn({answer(Json::object())}));
  const std::string a = f.client.client_token();
  CHECK(a != f.client.client_token());
  CHECK(a.size() == 32);
}

TEST_CASE("endpoints are parsed and bad ones explained") {
  const auto good = [](const char* text) {
    const auto endpoint = parse_endpoint(text);
    REQUIRE(endpoint);
    return endpoint->text();
  };
  CHECK(good("unix:///run/berth/engine.sock") == "unix:///run/berth/engine.sock");
  CHECK(good("http://127.0.0.1:7420/") == "http://127.0.0.1:7420");
  CHECK(good("https://ecs.example") == "https://ecs.example");
  for (const char* bad : {"", "unix://", "unix://relative", "ftp://x", "http://", "http://host/path", "127.0.0.1:80", "http://u@h"}) {
    INFO(bad);
    const auto endpoint = parse_endpoint(bad);
    REQUIRE_FALSE(endpoint);
    CHECK(endpoint.error().code == "endpoint");
    CHECK(endpoint.error().message.find("unix:///path") != std::string::npos);
  }
  CHECK_FALSE(parse_endpoint("unix:///" + std::string(200, 'x')));
}

TEST_CASE("the engine is found by flag, then environment, then the default socket") {
  std::map<std::string, std::string> variables;
  const Environment environment = [&](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  CHECK(engine_endpoint("", environment, true)->text() == "unix:///run/berth/engine.sock");
  CHECK_FALSE(engine_endpoint("", environment, false));
  variables["XDG_RUNTIME_DIR"] = "/run/user/7";
  CHECK(engine_endpoint("", environment, false)->text() == "unix:///run/user/7/berth/engine.sock");
  variables["BERTH_ENGINE"] = "http://localhost:1";
  CHECK(engine_endpoint("", environment, false)->text() == "http://localhost:1");
  CHECK(engine_endpoint("unix:///x", environment, false)->text() == "unix:///x");
  variables["BERTH_ENGINE"] = "nonsense";
  CHECK(engine_endpoint("", environment, true).error().message.rfind("BERTH_ENGINE: ", 0) == 0);
}

TEST_CASE("map_parallel keeps the order and never runs more than its width at once") {
  std::atomic<int> now{0};
  std::atomic<int> most{0};
  const auto result = map_parallel<std::size_t>(200, 4, [&](std::size_t i) -> Result<std::size_t> {
    const int running = ++now;
    int seen = most.load();
    while (running > seen && !most.compare_exchange_weak(seen, running)) {
    }
    --now;
    return i * 2;
  });
  REQUIRE(result);
  REQUIRE(result->size() == 200);
  for (std::size_t i = 0; i < 200; ++i) CHECK((*result)[i] == i * 2);
  CHECK(most <= 4);
}

TEST_CASE("map_parallel gives the first error and starts nothing after it") {
  std::atomic<int> calls{0};
  const auto result = map_parallel<int>(1000, 1, [&](std::size_t i) -> Result<int> {
    ++calls;
    if (i == 3) return Error{"boom", "x"};
    return 1;
  });
  REQUIRE_FALSE(result);
  CHECK(result.error().code == "boom");
  CHECK(calls == 4);
}

}  // namespace
}  // namespace berth::provider
