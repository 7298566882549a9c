#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

// AWS Signature Version 4, the header form: one canonical request for whoever signs and whoever verifies.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
namespace berth::api {

/// The long-lived keys of one identity.
struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
};

/// What of an HTTP request is signed.
struct SignableRequest {
  std::string method = "POST";
  std::string path = "/";
  /// Without the question mark.
  std::string query;
  /// Names in any case; several of one name are joined.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

/// What a signature is good for.
struct SigningScope {
  /// YYYYMMDD
  std::string date;
  std::string region;
  std::string service;
  /// "DATE/REGION/SERVICE/aws4_request"
  [[nodiscard]] std::string text() const;
  bool operator==(const SigningScope&) const = default;
};

/// `signed_headers`: lower-case names in order.
std::string canonical_request(const SignableRequest& request, const std::vector<std::string>& signed_headers);
/// `time`: YYYYMMDDTHHMMSSZ.
std::string string_to_sign(const std::string& time, const SigningScope& scope, const std::string& canonical);
/// 64 hexadecimal digits.
std::string signature_of(const std::string& secret, const SigningScope& scope, const std::string& to_sign);

/// Adds `X-Amz-Date` and `Authorization`, which signs every header that the request has. It must have `Host`.
void sign(SignableRequest& request, const Credentials& credentials, const std::string& region, const std::string& service, Timestamp now);

/// What a server demands of signatures.
struct SignaturePolicy {
  std::string region;
  std::vector<std::string> services;
  Milliseconds skew = std::chrono::minutes(15);
};

/// Whether the request is signed with these credentials, now, as it came: path, query, body, `Host` and every `X-Amz-` header are part of what is
/// signed. Errors have the codes that AWS uses: MissingAuthenticationTokenException, IncompleteSignatureException, UnrecognizedClientException,
/// InvalidSignatureException. Never says what the right signature would be.
Result<void> verify(const SignableRequest& request, const Credentials& credentials, const SignaturePolicy& policy, Timestamp now);

}  // namespace berth::api
