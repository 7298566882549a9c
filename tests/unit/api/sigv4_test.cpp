#include "api/sigv4.h"

#include <catch2/catch.hpp>

namespace berth::api {
namespace {

// The example keys and requests of AWS's signature test suite.
const Credentials kKeys{.access_key_id = "AKIDEXAMPLE", .secret_access_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"};
const Timestamp kNow = std::chrono::sys_days(std::chrono::year(2015) / 8 / 30) + std::chrono::hours(12) + std::chrono::minutes(36);
const SignaturePolicy kPolicy{.region = "us-east-1", .services = {"service"}};

SignableRequest example(const std::string& method, const std::string& query = "") {
  return {.method = method, .query = query, .headers = {{"Host", "example.amazonaws.com"}}, .body = ""};
}

std::string signature_in(const SignableRequest& request) {
  const std::string& text = request.headers.back().second;
  return text.substr(text.find("Signature=") + 10);
}

SignableRequest signed_example() {
  SignableRequest request{.headers = {{"Host", "example.amazonaws.com"}, {"Content-Type", "application/x-amz-json-1.1"}, {"X-Amz-Target", "A.B"}},
                          .body = R"({"a":1})"};
  sign(request, kKeys, "us-east-1", "service", kNow);
  return request;
}

std::string refusal(const SignableRequest& request, const Credentials& keys = kKeys, Timestamp now = kNow) {
  const auto verified = verify(request, keys, kPolicy, now);
  return verified ? "" : verified.error().code;
}

TEST_CASE("signatures are those of AWS's test suite") {
  const auto signature = [](SignableRequest request) {
    sign(request, kKeys, "us-east-1", "service", kNow);
    return signature_in(request);
  };
  CHECK(signature(example("GET")) == "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
  CHECK(signature(example("GET", "Param2=value2&Param1=value1")) == "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500");
  CHECK(signature(example("POST")) == "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
}

TEST_CASE("a canonical request has sorted headers with single spaces, an encoded path and the body's hash") {
  SignableRequest request = example("POST", "b=2&a=1&c");
  request.path = "/a b/%20";
  request.headers.emplace_back("My-Header", "  a   b ");
  request.headers.emplace_back("my-header", "c");
  CHECK(canonical_request(request, {"host", "my-header"}) ==
        "POST\n/a%20b/%2520\na=1&b=2&c=\nhost:example.amazonaws.com\nmy-header:a b,c\n\nhost;my-header\n"
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("what is signed is verified, and any change is seen") {
  CHECK(refusal(signed_example()).empty());
  const auto changed = [](auto change) {
    SignableRequest request = signed_example();
    change(request);
    return refusal(request);
  };
  CHECK(changed([](SignableRequest& request) { request.body = R"({"a":2})"; }) == "InvalidSignatureException");
  CHECK(changed([](SignableRequest& request) { request.path = "/other"; }) == "InvalidSignatureException");
  CHECK(changed([](SignableRequest& request) { request.query = "a=b"; }) == "InvalidSignatureException");
  CHECK(changed([](SignableRequest& request) { request.method = "GET"; }) == "InvalidSignatureException");
  CHECK(changed([](SignableRequest& request) { request.headers[2].second = "A.C"; }) == "InvalidSignatureException");
  CHECK(changed([](SignableRequest& request) { request.headers.emplace_back("x-amz-target", "A.C"); }) == "InvalidSignatureException");
  CHECK(changed([](SignableRequest& request) { request.headers.emplace_back("X-Amz-Else", "unsigned"); }) == "InvalidSignatureException");
  CHECK(changed([](SignableRequest& request) { request.headers.erase(request.headers.begin() + 1); }) == "InvalidSignatureException");
  CHECK(changed([](SignableRequest& request) { request.headers.pop_back(); }) == "MissingAuthenticationTokenException");
  CHECK(changed([](SignableRequest& request) { request.headers.back().second = "Bearer x"; }) == "IncompleteSignatureException");
  CHECK(changed([](SignableRequest& request) { request.headers.back().second.resize(60); }) == "IncompleteSignatureException");
  // What need not be signed may come along.
  CHECK(changed([](SignableRequest& request) { request.headers.emplace_back("User-Agent", "any"); }).empty());
}

TEST_CASE("a signature is for one identity, one region and service, and a quarter of an hour") {
  const SignableRequest request = signed_example();
  CHECK(refusal(request, {"AKIDEXAMPLE", "another"}) == "InvalidSignatureException");
  CHECK(refusal(request, {"ANOTHER", kKeys.secret_access_key}) == "UnrecognizedClientException");
  CHECK(refusal(request, kKeys, kNow + std::chrono::minutes(15)).empty());
  CHECK(refusal(request, kKeys, kNow + std::chrono::minutes(16)) == "InvalidSignatureException");
  CHECK(refusal(request, kKeys, kNow - std::chrono::minutes(15)).empty());
  CHECK(refusal(request, kKeys, kNow - std::chrono::minutes(16)) == "InvalidSignatureException");
  CHECK_FALSE(verify(request, kKeys, {.region = "eu-west-1", .services = {"service"}}, kNow));
  CHECK_FALSE(verify(request, kKeys, {.region = "us-east-1", .services = {"ecs", "logs"}}, kNow));
}

TEST_CASE("headers that are no signature are refused") {
  for (const char* text : {"AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=,SignedHeaders=,Signature=", "AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=0",
                           "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=, Signature=0", "=,=,;;"}) {
    SignableRequest request = signed_example();
    request.headers.back().second = text;
    INFO(text);
    CHECK_FALSE(refusal(request).empty());
  }
  for (const char* time : {"", "20150830T123600", "20159930T123600Z", "2015083aT123600Z", "99999999T999999Z"}) {
    SignableRequest request = signed_example();
    request.headers[3].second = time;
    INFO(time);
    CHECK_FALSE(refusal(request).empty());
  }
}

}  // namespace
}  // namespace berth::api
