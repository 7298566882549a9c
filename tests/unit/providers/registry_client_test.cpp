#include <catch2/catch.hpp>

#include <deque>

#include "base/hash.h"
#include "providers/images/challenge.h"
#include "providers/images/registry_client.h"

using namespace berth;
using namespace berth::provider;

namespace {

struct Asked {
  std::string origin;
  HttpRequest request;
};

/// Answers for all hosts, one after the other, and what was asked.
struct Web {
  std::deque<Result<HttpResponse>> answers;
  std::vector<Asked> asked;
};

class WebClient final : public HttpClient {
 public:
  WebClient(Web& web, std::string origin) : web_(web), origin_(std::move(origin)) {}
  Result<HttpResponse> send(const HttpRequest& request) override {
    web_.asked.push_back({origin_, request});
    REQUIRE_FALSE(web_.answers.empty());
    auto answer = web_.answers.front();
    web_.answers.pop_front();
    return answer;
  }

 private:
  Web& web_;
  std::string origin_;
};

RegistryClient client(Web& web, RegistryCredentials credentials = {}) {
  return RegistryClient([&web](const std::string& origin) { return std::make_unique<WebClient>(web, origin); }, std::move(credentials));
}

HttpResponse response(int status, std::map<std::string, std::string> headers = {}, std::string body = "") { return {.status = status, .headers = std::move(headers), .body = std::move(body)}; }

const std::string kManifest = R"({"schemaVersion":2,"config":{},"layers":[]})";
const std::string kSingle = "application/vnd.docker.distribution.manifest.v2+json";

}  // namespace

TEST_CASE("images are found as Docker finds them") {
  struct Row {
    const char* image;
    const char* origin;
    const char* repository;
    const char* tag;
  };
  const Row rows[] = {
      {"nginx", "https://registry-1.docker.io", "library/nginx", "latest"},
      {"nginx:1.27", "https://registry-1.docker.io", "library/nginx", "1.27"},
      {"shop/web:2", "https://registry-1.docker.io", "shop/web", "2"},
      {"docker.io/nginx:1", "https://registry-1.docker.io", "library/nginx", "1"},
      {"index.docker.io/shop/web:1", "https://registry-1.docker.io", "shop/web", "1"},
      {"public.ecr.aws/docker/library/redis:7", "https://public.ecr.aws", "docker/library/redis", "7"},
      {"registry.example:5000/a/b/c:x", "https://registry.example:5000", "a/b/c", "x"},
      {"registry.example:5000/web", "https://registry.example:5000", "web", "latest"},
      {"localhost/web:1", "http://localhost", "web", "1"},
      {"localhost:5000/web:1", "http://localhost:5000", "web", "1"},
      {"127.0.0.1:5000/web:1", "http://127.0.0.1:5000", "web", "1"},
      {"localhost.example:80/web:1", "https://localhost.example:80", "web", "1"},
      {"127.example.com/web:1", "https://127.example.com", "web", "1"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.image);
    const ImageReference image = parse_image_reference(row.image);
    CHECK(image.origin() == row.origin);
    CHECK(image.repository == row.repository);
    CHECK(image.tag == row.tag);
  }
}

TEST_CASE("the digest is that of the bytes, and must be the promised one") {
  const std::string digest = "sha256:" + sha256_hex(kManifest);
  const auto manifest = read_manifest(kManifest, kSingle, digest);
  REQUIRE(manifest);
  CHECK(manifest->digest == digest);
  CHECK(manifest->platforms == 1);
  CHECK(read_manifest(kManifest, kSingle, ""));
  const auto other = read_manifest(kManifest + " ", kSingle, digest);
  REQUIRE_FALSE(other);
  CHECK(other.error().message.find("other bytes") != std::string::npos);
}

TEST_CASE("all four kinds of manifest are read, and platforms counted without attestations") {
  const std::string list =
      R"({"manifests":[{"platform":{"os":"linux","architecture":"amd64"}},{"platform":{"os":"linux","architecture":"arm64"}},{"platform":{"os":"unknown","architecture":"unknown"}}]})";
  for (const char* type : {"application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.index.v1+json; charset=utf-8"}) {
    CAPTURE(type);
    const auto manifest = read_manifest(list, type, "");
    REQUIRE(manifest);
    CHECK(manifest->platforms == 2);
  }
  CHECK(read_manifest(kManifest, "application/vnd.oci.image.manifest.v1+json", ""));
  CHECK(read_manifest(R"({"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{},"layers":[]})", "application/json", ""));
  CHECK_FALSE(read_manifest(kManifest, "application/vnd.docker.distribution.manifest.v1+prettyjws", ""));
  CHECK_FALSE(read_manifest(R"({"config":{}})", kSingle, ""));
  CHECK_FALSE(read_manifest("[]", kSingle, ""));
  CHECK_FALSE(read_manifest("{", kSingle, ""));
}

TEST_CASE("challenges are read as registries write them") {
  const auto bearer = parse_challenge(R"(Bearer realm="https://auth.example/token",service="registry, of ours",scope="repository:a/b:pull,push")");
  REQUIRE(bearer);
  CHECK(bearer->kind == Challenge::Kind::bearer);
  CHECK(bearer->realm == "https://auth.example/token");
  CHECK(bearer->service == "registry, of ours");
  CHECK(bearer->scope == "repository:a/b:pull,push");
  CHECK(parse_challenge(R"(Basic realm="x", bearer realm="https://a/t")")->kind == Challenge::Kind::bearer);
  CHECK(parse_challenge(R"(Basic realm="x")")->kind == Challenge::Kind::basic);
  CHECK_FALSE(parse_challenge("Negotiate"));
  CHECK_FALSE(parse_challenge(R"(Bearer service="x")"));
  CHECK_FALSE(parse_challenge(""));
  CHECK_FALSE(parse_challenge("Bearer realm=\""));
}

TEST_CASE("a registry that wants a token gets one, and the token is used again") {
  Web web;
  const std::map<std::string, std::string> challenge{{"www-authenticate", R"(Bearer realm="https://auth.example/token?client=x",service="reg istry")"}};
  web.answers = {response(401, challenge), response(200, {}, R"({"access_token":"t0"})"), response(200, {{"docker-content-digest", "sha256:1"}}), response(200, {{"docker-content-digest", "sha256:2"}})};
  auto registry = client(web, {{"registry.example", "dXNlcjpwYXNz"}});
  const auto image = parse_image_reference("registry.example/shop/web:1");
  CHECK(*registry.digest(image) == "sha256:1");
  CHECK(*registry.digest(image) == "sha256:2");
  REQUIRE(web.asked.size() == 4);
  CHECK(web.asked[0].origin == "https://registry.example");
  CHECK(web.asked[0].request.method == "HEAD");
  CHECK(web.asked[0].request.path == "/v2/shop/web/manifests/1");
  CHECK(web.asked[0].request.headers.count("Authorization") == 0);
  CHECK(web.asked[1].origin == "https://auth.example");
  CHECK(web.asked[1].request.path == "/token?client=x&service=reg%20istry&scope=repository%3Ashop%2Fweb%3Apull");
  CHECK(web.asked[1].request.headers.at("Authorization") == "Basic dXNlcjpwYXNz");
  CHECK(web.asked[2].request.headers.at("Authorization") == "Bearer t0");
  CHECK(web.asked[3].request.headers.at("Authorization") == "Bearer t0");
}

TEST_CASE("a login goes to no address without https but this machine's") {
  Web web;
  web.answers = {response(401, {{"www-authenticate", R"(Bearer realm="http://auth.example/token")"}})};
  auto registry = client(web, {{"registry.example", "dXNlcjpwYXNz"}});
  const auto digest = registry.digest(parse_image_reference("registry.example/web:1"));
  REQUIRE_FALSE(digest);
  CHECK(digest.error().message.find("no https address") != std::string::npos);
  CHECK(web.asked.size() == 1);
}

TEST_CASE("Basic is answered with the login, and without one it is a refusal that says what helps") {
  const std::map<std::string, std::string> challenge{{"www-authenticate", R"(Basic realm="x")"}};
  Web web;
  web.answers = {response(401, challenge), response(200, {{"content-type", kSingle}}, kManifest)};
  auto registry = client(web, {{"registry.example", "abc"}});
  CHECK(registry.manifest(parse_image_reference("registry.example/web:1"))->digest == "sha256:" + sha256_hex(kManifest));
  CHECK(web.asked[1].request.headers.at("Authorization") == "Basic abc");

  Web other;
  other.answers = {response(401, challenge)};
  const auto refused = client(other).manifest(parse_image_reference("registry.example/web:1"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "registry-denied");
  CHECK(refused.error().message.find("docker login registry.example") != std::string::npos);
}

TEST_CASE("an image that is not there has an error of its own, and the network's errors stay what they are") {
  Web web;
  web.answers = {response(404), Error{"connect", "no", true}, response(503)};
  auto registry = client(web);
  const auto image = parse_image_reference("registry.example/web:1");
  CHECK(registry.digest(image).error().code == "image-missing");
  CHECK(registry.digest(image).error().code == "connect");
  CHECK(registry.digest(image).error().retryable);
}

TEST_CASE("logins are read from Docker's file") {
  const auto found = read_docker_config(R"({"auths":{"https://index.docker.io/v1/":{"auth":"aHVi"},"registry.example:5000":{"auth":"cmVn"},"empty.example":{},"odd.example":{"auth":3}},"credsStore":"x"})");
  CHECK(found == RegistryCredentials{{"docker.io", "aHVi"}, {"registry.example:5000", "cmVn"}});
  CHECK(read_docker_config("{").empty());
  CHECK(read_docker_config("[]").empty());
}
