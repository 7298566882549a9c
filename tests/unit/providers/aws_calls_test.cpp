#include <thread>

#include <catch2/catch.hpp>

#include "api/sigv4.h"
#include "providers/aws/connect.h"
#include "providers/aws/credential_cache.h"
#include "providers/aws/signing.h"
#include "providers/aws/throttle_gate.h"
#include "tests/unit/providers/fakes.h"

namespace berth::provider {
namespace {

/// Servers by origin, as functions. Remembers what was asked of whom.
struct Web {
  struct Asked {
    std::string origin;
    Route route;
    HttpRequest request;
  };
  std::map<std::string, std::function<Result<HttpResponse>(const HttpRequest&)>> servers;
  std::vector<Asked> asked;
};

class WebOrigin final : public HttpClient {
 public:
  WebOrigin(Web& web, std::string origin, Route route) : web_(web), origin_(std::move(origin)), route_(route) {}
  Result<HttpResponse> send(const HttpRequest& request) override {
    web_.asked.push_back({origin_, route_, request});
    const auto server = web_.servers.find(origin_);
    if (server == web_.servers.end()) return Error{"connect", "cannot connect to " + origin_, true};
    return server->second(request);
  }

 private:
  Web& web_;
  std::string origin_;
  Route route_;
};

constexpr const char* kSts = "https://sts.eu-west-1.amazonaws.com";
constexpr const char* kInstance = "http://169.254.169.254";

HttpResponse text_answer(std::string body, int status = 200) { return {.status = status, .headers = {}, .body = std::move(body)}; }

std::string keys_json(const std::string& id) {
  return R"({"Code":"Success","AccessKeyId":")" + id + R"(","SecretAccessKey":"s3cret","Token":"t0ken","Expiration":"2023-11-15T04:13:20Z"})";
}

std::string keys_xml(const std::string& id) {
  return "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>" + id +
         "</AccessKeyId><SecretAccessKey>s3&amp;cret</SecretAccessKey><SessionToken>t0ken</SessionToken><Expiration>2023-11-15T04:13:20.000Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";
}

AwsCredentials keys(const std::string& id, const std::string& token = "", std::optional<Timestamp> expires = std::nullopt) {
  return {.access_key_id = id,
          .secret = std::make_shared<const SensitiveText>("very-secret"),
          .token = token.empty() ? nullptr : std::make_shared<const SensitiveText>(token),
          .expires = expires};
}

struct Fixture {
  Web web;
  FakeClock clock;
  MemoryFileSystem files{{{"/token", "web-token\n"}, {"/two-lines", "a\nb\n"}}};
  Result<AwsCredentials> fetch(const CredentialSource& source) {
    const Connect connect = [this](const Endpoint& endpoint, Route route) { return std::make_unique<WebOrigin>(web, endpoint.url, route); };
    return fetch_credentials(source, {.connect = connect, .files = files, .clock = clock, .sts = {.unix_socket = "", .url = kSts}, .region = "eu-west-1", .retry = {.attempts = 3}});
  }
};

TEST_CASE("an instance gives keys for a token of its own, never through a proxy", "[aws]") {
  Fixture f;
  f.web.servers[kInstance] = [](const HttpRequest& request) -> Result<HttpResponse> {
    if (request.method == "PUT" && request.path == "/latest/api/token") return text_answer("imds");
    if (request.headers.at("X-aws-ec2-metadata-token") != "imds") return text_answer("", 401);
    if (request.path == "/latest/meta-data/iam/security-credentials/") return text_answer("web-role\n");
    if (request.path == "/latest/meta-data/iam/security-credentials/web-role") return text_answer(keys_json("ASIAINSTANCE"));
    return text_answer("", 404);
  };
  const auto got = f.fetch({.name = "the instance", .how = InstanceSource{{.unix_socket = "", .url = kInstance}}});
  REQUIRE(got);
  CHECK(got->access_key_id == "ASIAINSTANCE");
  CHECK(got->secret->reveal() == "s3cret");
  CHECK(got->token->reveal() == "t0ken");
  REQUIRE(got->expires);
  CHECK(format_utc(*got->expires) == "2023-11-15T04:13:20.000Z");
  for (const Web::Asked& asked : f.web.asked) CHECK(asked.route == Route::direct);
}

TEST_CASE("where there is no instance that is known after one request, with all that was looked at", "[aws]") {
  Fixture f;
  const auto got = f.fetch({.name = "the metadata", .how = InstanceSource{{.unix_socket = "", .url = kInstance}}, .looked_at = "nothing is set"});
  REQUIRE_FALSE(got);
  CHECK(got.error().code == "aws-credentials");
  CHECK(got.error().message == "no AWS credentials: nothing is set, and the metadata gives none (cannot connect to http://169.254.169.254); set AWS_PROFILE to a profile that has some");
  CHECK(f.web.asked.size() == 1);
}

TEST_CASE("a container's agent is told the token of the variable or of the file as it is now", "[aws]") {
  Fixture f;
  std::vector<std::string> told;
  f.web.servers["http://127.0.0.1:1"] = [&](const HttpRequest& request) -> Result<HttpResponse> {
    const auto found = request.headers.find("Authorization");
    told.push_back(found == request.headers.end() ? "" : found->second);
    return request.path == "/keys?a=b" ? text_answer(keys_json("ASIABOX")) : text_answer("t0ken is wrong", 403);
  };
  ContainerSource source{.server = {.unix_socket = "", .url = "http://127.0.0.1:1"}, .path = "/keys?a=b", .authorization = nullptr, .authorization_file = ""};
  CHECK(f.fetch({.name = "box", .how = source})->access_key_id == "ASIABOX");
  source.authorization = std::make_shared<const SensitiveText>("Bearer x");
  CHECK(f.fetch({.name = "box", .how = source}));
  source.authorization_file = "/token";
  CHECK(f.fetch({.name = "box", .how = source}));
  f.files.write("/token", "newer");
  CHECK(f.fetch({.name = "box", .how = source}));
  CHECK(told == std::vector<std::string>{"", "Bearer x", "web-token", "newer"});

  source.authorization_file = "/two-lines";
  CHECK(f.fetch({.name = "box", .how = source}).error().message == "no credentials from box: the authorization token has more than one line");
  source.authorization_file = "/gone";
  CHECK(f.fetch({.name = "box", .how = source}).error().message.find("no credentials from box: cannot read /gone") == 0);
  source.authorization_file = "";
  source.path = "/other";
  // What the server says may hold the token.
  CHECK(f.fetch({.name = "box", .how = source}).error().message == "no credentials from box: http://127.0.0.1:1/other answered with status 403");
}

TEST_CASE("a web identity is exchanged without a signature", "[aws]") {
  Fixture f;
  f.web.servers[kSts] = [](const HttpRequest&) { return text_answer(keys_xml("ASIAWEB")); };
  const auto got = f.fetch({.name = "web", .how = WebIdentitySource{.role_arn = "arn:aws:iam::1:role/pod", .session_name = "", .token_file = "/token"}});
  REQUIRE(got);
  CHECK(got->access_key_id == "ASIAWEB");
  CHECK(got->secret->reveal() == "s3&cret");
  const HttpRequest& request = f.web.asked.at(0).request;
  CHECK(request.body == "Action=AssumeRoleWithWebIdentity&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fpod&RoleSessionName=berth-1700000000&Version=2011-06-15&WebIdentityToken=web-token");
  CHECK(request.headers.count("Authorization") == 0);
}

TEST_CASE("roles are assumed one by the other, each signed by the one before", "[aws]") {
  Fixture f;
  int count = 0;
  f.web.servers[kSts] = [&](const HttpRequest& request) -> Result<HttpResponse> {
    ++count;
    if (count == 1) return text_answer("<Error><Code>Throttling</Code><Message>slow</Message></Error>", 400);
    const bool first = request.body.find("role%2Fone") != std::string::npos;
    CHECK(request.headers.at("Authorization").find(first ? "Credential=AKIABASE/" : "Credential=ASIAONE/") != std::string::npos);
    return text_answer(keys_xml(first ? "ASIAONE" : "ASIATWO"));
  };
  const auto base = std::make_shared<const CredentialSource>(CredentialSource{.name = "base", .how = keys("AKIABASE")});
  const RoleSource one{.role_arn = "arn:aws:iam::1:role/one", .session_name = "me", .external_id = "ext", .duration_seconds = "900", .base = base};
  const RoleSource two{.role_arn = "arn:aws:iam::1:role/two", .session_name = "", .external_id = "", .duration_seconds = "", .base = std::make_shared<const CredentialSource>(CredentialSource{.name = "one", .how = one})};
  const auto got = f.fetch({.name = "two", .how = two});
  REQUIRE(got);
  CHECK(got->access_key_id == "ASIATWO");
  CHECK(count == 3);
  CHECK(f.web.asked.at(1).request.body == "Action=AssumeRole&DurationSeconds=900&ExternalId=ext&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fone&RoleSessionName=me&Version=2011-06-15");
}

TEST_CASE("a refusal of STS is told in its words", "[aws]") {
  Fixture f;
  f.web.servers[kSts] = [](const HttpRequest&) { return text_answer("<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not &lt;you&gt;</Message></Error></ErrorResponse>", 403); };
  const auto base = std::make_shared<const CredentialSource>(CredentialSource{.name = "base", .how = keys("AKIABASE")});
  const auto got = f.fetch({.name = "the profile `admin`", .how = RoleSource{.role_arn = "r", .session_name = "", .external_id = "", .duration_seconds = "", .base = base}});
  REQUIRE_FALSE(got);
  CHECK(got.error().message == "no credentials from the profile `admin`: STS AssumeRole: not <you>");
}

TEST_CASE("keys are fetched anew before they expire, and kept where none can be had", "[aws]") {
  FakeClock clock;
  int fetched = 0;
  bool fails = false;
  CredentialCache cache(
      [&]() -> Result<AwsCredentials> {
        if (fails) return Error{"aws-credentials", "gone"};
        return keys("ASIA" + std::to_string(++fetched), "t", clock.now() + std::chrono::hours(1));
      },
      true, clock);
  CHECK(cache.get()->access_key_id == "ASIA1");
  clock.wait(std::chrono::minutes(50));
  CHECK(cache.get()->access_key_id == "ASIA1");
  clock.wait(std::chrono::minutes(6));
  CHECK(cache.get()->access_key_id == "ASIA2");
  cache.forget("ASIA1");
  CHECK(cache.get()->access_key_id == "ASIA2");
  cache.forget("ASIA2");
  CHECK(cache.get()->access_key_id == "ASIA3");
  fails = true;
  clock.wait(std::chrono::minutes(58));
  CHECK(cache.get()->access_key_id == "ASIA3");
  clock.wait(std::chrono::minutes(3));
  CHECK(cache.get().error().message == "gone");
}

/// An ECS behind a signing client.
struct Signed {
  explicit Signed(std::function<Result<HttpResponse>(const HttpRequest&)> server) { web.servers[url] = std::move(server); }
  const std::string url = "http://127.0.0.1:80";
  Web web;
  FakeClock clock;
  int fetched = 0;
  std::shared_ptr<CredentialCache> cache = std::make_shared<CredentialCache>([this]() -> Result<AwsCredentials> { return keys("ASIA" + std::to_string(++fetched), "t0ken"); }, true, clock);
  SigningClient http{std::make_unique<WebOrigin>(web, url, Route::any_proxy), {.unix_socket = "", .url = url}, {"eu-west-1", "ecs"}, cache, clock};
};

TEST_CASE("what is signed is what a server that has the key accepts", "[aws]") {
  Signed s([](const HttpRequest&) { return answer(Json::object()); });
  EcsClient client(s.http, s.clock);
  REQUIRE(client.call("ListClusters", {{"maxResults", 3}}));
  const HttpRequest& sent = s.web.asked.at(0).request;
  CHECK(sent.headers.at("Host") == "127.0.0.1");
  CHECK(sent.headers.at("X-Amz-Security-Token") == "t0ken");
  api::SignableRequest request{.method = sent.method, .path = sent.path, .query = "", .headers = {sent.headers.begin(), sent.headers.end()}, .body = sent.body};
  const api::SignaturePolicy policy{.region = "eu-west-1", .services = {"ecs"}};
  CHECK(api::verify(request, {"ASIA1", "very-secret"}, policy, s.clock.now()));
  request.body += " ";
  CHECK_FALSE(api::verify(request, {"ASIA1", "very-secret"}, policy, s.clock.now()));
}

TEST_CASE("keys that the service calls expired are fetched anew, once", "[aws]") {
  Signed s([](const HttpRequest& request) { return request.headers.at("Authorization").find("ASIA2/") != std::string::npos ? answer(Json::object()) : refusal("ExpiredTokenException"); });
  EcsClient client(s.http, s.clock);
  CHECK(client.call("RegisterTaskDefinition", Json::object()));
  CHECK(s.web.asked.size() == 2);
  Signed never([](const HttpRequest&) { return refusal("ExpiredTokenException", "old"); });
  EcsClient again(never.http, never.clock);
  CHECK(again.call("ListClusters", Json::object()).error() == Error{"ExpiredTokenException", "old", false});
  CHECK(never.web.asked.size() == 2);
}

TEST_CASE("a wrong clock is told with both times", "[aws]") {
  Signed s([](const HttpRequest&) {
    HttpResponse response = refusal("InvalidSignatureException", "Signature expired: 20231114T221320Z is now earlier than 20231114T230000Z");
    response.headers["date"] = "Tue, 14 Nov 2023 23:15:00 GMT";
    return response;
  });
  EcsClient client(s.http, s.clock);
  const auto result = client.call("ListClusters", Json::object());
  REQUIRE_FALSE(result);
  CHECK(result.error() == Error{"clock-skew", "AWS refuses the request because this machine's clock is wrong: it says 2023-11-14T22:13:20.000Z, and AWS's says Tue, 14 Nov 2023 23:15:00 GMT; set the clock", false});
  CHECK(s.web.asked.size() == 1);
}

TEST_CASE("a throttled width halves once for those that began together, and grows slowly", "[aws]") {
  AllowedWidth width(64);
  const std::size_t epoch = width.epoch();
  width.throttled(epoch);
  width.throttled(epoch);
  CHECK(width.width() == 32);
  for (int i = 0; i < 9; ++i) width.throttled(width.epoch());
  CHECK(width.width() == 1);
  width.succeeded();
  CHECK(width.width() == 2);
  width.succeeded();
  CHECK(width.width() == 2);
  width.succeeded();
  CHECK(width.width() == 3);
  for (int i = 0; i < 10'000; ++i) width.succeeded();
  CHECK(width.width() == 64);
}

/// Answers with 429 while more than `bears` requests are under way.
class Weak final : public HttpClient {
 public:
  explicit Weak(std::size_t bears) : bears_(bears) {}
  Result<HttpResponse> send(const HttpRequest&) override {
    const std::size_t running = ++running_;
    std::size_t seen = most;
    while (running > seen && !most.compare_exchange_weak(seen, running)) {
    }
    std::this_thread::yield();
    const bool too_many = running > bears_;
    if (too_many) ++refused;
    --running_;
    return too_many ? refusal("ThrottlingException", "no", 429) : answer(Json::object());
  }
  std::atomic<std::size_t> most{0};
  std::atomic<std::size_t> refused{0};

 private:
  std::size_t bears_;
  std::atomic<std::size_t> running_{0};
};

TEST_CASE("throttling lowers how many requests are under way", "[aws]") {
  auto server = std::make_unique<Weak>(0);
  Weak& weak = *server;
  ThrottleGate gate(std::move(server), 8);
  for (int i = 0; i < 3; ++i) CHECK(gate.send({})->status == 429);
  CHECK(gate.width() == 1);
  weak.most = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 20; ++k) static_cast<void>(gate.send({}));
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(weak.most == 1);
  CHECK(weak.refused == 163);
}

TEST_CASE("an environment's account and region are checked, never chosen", "[aws]") {
  const AwsConnection connection{.http = nullptr, .calls = {}, .region = {"eu-west-1", "AWS_REGION"}, .identity = {"123456789012", "arn:aws:iam::123456789012:user/me"}, .credentials = "the profile `dev`"};
  const auto verdict = [&](const char* account, const char* region) {
    const auto checked = check_belonging({.environment = "prod", .account = account, .region = region}, connection);
    return checked ? std::string("good") : checked.error().message;
  };
  CHECK(verdict("", "") == "good");
  CHECK(verdict("123456789012", "eu-west-1") == "good");
  CHECK(verdict("210987654321", "") ==
        "the environment `prod` is of the account 210987654321, and the credentials of the profile `dev` are of the account 123456789012 (arn:aws:iam::123456789012:user/me); choose other credentials, as by AWS_PROFILE");
  CHECK(verdict("", "us-east-1") == "the environment `prod` is of the region us-east-1, and AWS_REGION says eu-west-1; set AWS_REGION=us-east-1");
}

TEST_CASE("moments of AWS are read to the second", "[aws]") {
  const auto text = [](const char* time) {
    const auto moment = parse_utc(time);
    return moment ? format_utc(*moment) : "none";
  };
  CHECK(text("2026-11-23T14:00:05Z") == "2026-11-23T14:00:05.000Z");
  CHECK(text("2026-11-23T14:00:05.123456Z") == "2026-11-23T14:00:05.000Z");
  CHECK(text("2026-11-23T14:00:05+00:00") == "2026-11-23T14:00:05.000Z");
  for (const char* bad : {"", "2026-13-23T14:00:05Z", "2026-11-23T14:00:05", "2026-11-23", "soon"}) CHECK(text(bad) == "none");
}

}  // namespace
}  // namespace berth::provider
