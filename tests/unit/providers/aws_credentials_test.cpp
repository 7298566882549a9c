#include "providers/aws/credentials.h"

#include <catch2/catch.hpp>

#include "providers/aws/profiles.h"
#include "providers/aws/settings.h"

namespace berth::provider {
namespace {

using Variables = std::map<std::string, std::string>;

constexpr const char* kConfig = R"(
# comment
[default]
region = eu-west-1
[profile dev]
region=eu-central-1
output = json
endpoint_url = http://127.0.0.1:1
services = local
[services local]
ecs =
  endpoint_url = http://127.0.0.1:2
sts =
  endpoint_url = http://127.0.0.1:3
[profile "with blank"]
region = us-east-2
[profile admin]
role_arn = arn:aws:iam::123456789012:role/admin
source_profile = dev
external_id = x
duration_seconds = 900
[profile two_steps]
role_arn = arn:aws:iam::123456789012:role/two
source_profile = admin
[profile own]
role_arn = arn:aws:iam::123456789012:role/own
source_profile = own
[profile loop]
role_arn = arn:aws:iam::123456789012:role/loop
source_profile = pool
[profile pool]
role_arn = arn:aws:iam::123456789012:role/pool
source_profile = loop
[profile nobody]
role_arn = arn:aws:iam::123456789012:role/nobody
[profile missing]
role_arn = arn:aws:iam::123456789012:role/missing
source_profile = nowhere
[profile of_variables]
role_arn = arn:aws:iam::123456789012:role/v
credential_source = Environment
[profile of_instance]
role_arn = arn:aws:iam::123456789012:role/i
credential_source = Ec2InstanceMetadata
[profile of_what]
role_arn = arn:aws:iam::123456789012:role/i
credential_source = Moon
[profile mfa]
role_arn = arn:aws:iam::123456789012:role/mfa
source_profile = dev
mfa_serial = arn:aws:iam::123456789012:mfa/me
[profile web]
role_arn = arn:aws:iam::123456789012:role/web
web_identity_token_file = /token
[profile sso]
sso_session = corp
[profile process]
credential_process = /bin/keys
[profile half]
aws_access_key_id = AKIAHALF
[profile empty]
)";

constexpr const char* kCredentials = R"(
[default]
aws_access_key_id = AKIADEFAULT
aws_secret_access_key = default-secret
[dev]
aws_access_key_id=AKIADEV
aws_secret_access_key=dev/secret=+
aws_session_token = dev-token
[own]
aws_access_key_id = AKIAOWN
aws_secret_access_key = own-secret
)";

Result<AwsSettings> settings_of(Variables variables, const AwsFlags& flags = {}, bool with_files = true) {
  variables.emplace("HOME", "/home/me");
  const MemoryFileSystem files(with_files ? std::map<std::string, std::string>{{"/home/me/.aws/config", kConfig}, {"/home/me/.aws/credentials", kCredentials}}
                                          : std::map<std::string, std::string>{});
  const Environment environment = [variables](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  return AwsSettings::load(environment, files, flags);
}

/// What was chosen, in short: "keys AKIADEV+token", "role …/admin by keys AKIADEV+token", "web …/web /token", "container http://… /path", "instance …".
std::string described(const CredentialSource& source) {
  const auto tail = [](const std::string& arn) { return arn.substr(arn.rfind('/') + 1); };
  if (const auto* keys = std::get_if<AwsCredentials>(&source.how)) return "keys " + keys->access_key_id + (keys->token != nullptr ? "+token" : "");
  if (const auto* role = std::get_if<RoleSource>(&source.how)) return "role " + tail(role->role_arn) + " by " + described(*role->base);
  if (const auto* web = std::get_if<WebIdentitySource>(&source.how)) return "web " + tail(web->role_arn) + " " + web->token_file;
  if (const auto* container = std::get_if<ContainerSource>(&source.how)) return "container " + container->server.url + " " + container->path;
  return "instance " + std::get<InstanceSource>(source.how).server.url;
}

std::string chosen(const Variables& variables, const AwsFlags& flags = {}, bool with_files = true) {
  const auto settings = settings_of(variables, flags, with_files);
  if (!settings) return "error: " + settings.error().message;
  const auto source = find_credentials(*settings);
  return source ? described(*source) : "error: " + source.error().message;
}

struct Row {
  const char* what;
  Variables variables;
  AwsFlags flags;
  bool with_files;
  std::string expected;  ///< an error: what it contains, after "error: "
};

TEST_CASE("credentials are found in the order of the AWS SDKs", "[aws]") {
  const Variables keys{{"AWS_ACCESS_KEY_ID", "AKIAENV"}, {"AWS_SECRET_ACCESS_KEY", "env-secret"}};
  const auto with = [](Variables base, const Variables& more) {
    base.insert(more.begin(), more.end());
    return base;
  };
  const Variables web{{"AWS_WEB_IDENTITY_TOKEN_FILE", "/var/token"}, {"AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/pod"}};
  const auto profile = [](const char* name) { return Variables{{"AWS_PROFILE", name}}; };
  const std::vector<Row> rows{
      {"keys in variables", keys, {}, true, "keys AKIAENV"},
      {"a session's keys in variables", with(keys, {{"AWS_SESSION_TOKEN", "t"}}), {}, true, "keys AKIAENV+token"},
      {"the older name of the token", with(keys, {{"AWS_SECURITY_TOKEN", "t"}}), {}, true, "keys AKIAENV+token"},
      {"variables win over AWS_PROFILE", with(keys, profile("dev")), {}, true, "keys AKIAENV"},
      {"--profile wins over variables", keys, {.profile = "dev", .region = ""}, true, "keys AKIADEV+token"},
      {"--profile wins over a web identity in variables", web, {.profile = "dev", .region = ""}, true, "keys AKIADEV+token"},
      {"half of the keys", {{"AWS_ACCESS_KEY_ID", "AKIAENV"}}, {}, true, "error: AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not; set both, or neither"},
      {"the other half", {{"AWS_SECRET_ACCESS_KEY", "s"}}, {}, true, "error: AWS_SECRET_ACCESS_KEY is set and AWS_ACCESS_KEY_ID is not; set both, or neither"},
      {"an empty variable is not set", {{"AWS_ACCESS_KEY_ID", ""}}, {}, true, "keys AKIADEFAULT"},
      {"the default profile", {}, {}, true, "keys AKIADEFAULT"},
      {"a profile of both files", profile("dev"), {}, true, "keys AKIADEV+token"},
      {"the older name of AWS_PROFILE", {{"AWS_DEFAULT_PROFILE", "dev"}}, {}, true, "keys AKIADEV+token"},
      {"a profile that is not there", profile("prod"), {}, true, "error: AWS_PROFILE names the profile `prod`, and there is no such profile in /home/me/.aws/config and"},
      {"a role of another profile's keys", profile("admin"), {}, true, "role admin by keys AKIADEV+token"},
      {"a role by a role", profile("two_steps"), {}, true, "role two by role admin by keys AKIADEV+token"},
      {"a role by the profile's own keys", profile("own"), {}, true, "role own by keys AKIAOWN"},
      {"roles in a circle", profile("loop"), {}, true, "error: the profile `loop` leads to itself by `source_profile`"},
      {"a role by nobody's keys", profile("nobody"), {}, true, "error: the profile `nobody` has `role_arn` and does not say with whose keys"},
      {"a role by a profile that is not there", profile("missing"), {}, true, "error: the profile `missing` has `source_profile = nowhere`, and there is no such profile"},
      {"a role by keys in variables", with(keys, {}), {.profile = "of_variables", .region = ""}, true, "role v by keys AKIAENV"},
      {"a role by variables that are not set", profile("of_variables"), {}, true, "error: the profile `of_variables` takes keys of the `credential_source` `Environment`, and there are none"},
      {"a role by the instance", profile("of_instance"), {}, true, "role i by instance http://169.254.169.254"},
      {"a credential_source that nobody knows", profile("of_what"), {}, true, "error: the profile `of_what`: the `credential_source` `Moon` is none of"},
      {"a role that asks for a code", profile("mfa"), {}, true, "error: the profile `mfa` asks for a code of a device (`mfa_serial`)"},
      {"a web identity of a profile", profile("web"), {}, true, "web web /token"},
      {"a web identity in variables", web, {}, true, "web pod /var/token"},
      {"a web identity in variables after a role of the profile", with(web, profile("admin")), {}, true, "role admin by keys AKIADEV+token"},
      {"a sign-in through a browser", profile("sso"), {}, true, "error: the profile `sso` signs in through a browser (`sso_session`), which berth does not do; run `aws configure export-credentials --profile sso"},
      {"a program that prints keys", profile("process"), {}, true, "error: the profile `process` has a `credential_process`, and berth runs no such programs; run `aws configure export-credentials"},
      {"half of a profile's keys", profile("half"), {}, true, "error: the profile `half` has no `aws_secret_access_key`"},
      {"a container, after the profile", {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x"}}, {}, true, "keys AKIADEFAULT"},
      {"a container", {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x"}}, {}, false, "container http://169.254.170.2 /v2/x"},
      {"a container by a whole URL", {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:99/a/b?c=d"}}, {}, false, "container http://127.0.0.1:99 /a/b?c=d"},
      {"a container by https", {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "https://keys.example/a"}}, {}, false, "container https://keys.example /a"},
      {"a container by http elsewhere", {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://keys.example/a"}}, {}, false, "error: AWS_CONTAINER_CREDENTIALS_FULL_URI: credentials do not come from `keys.example` over plain http"},
      {"a name that only begins like this machine's", {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost.example/a"}}, {}, false, "error: AWS_CONTAINER_CREDENTIALS_FULL_URI: credentials do not come from"},
      {"a name that begins like an address", {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.example/a"}}, {}, false, "error: AWS_CONTAINER_CREDENTIALS_FULL_URI: credentials do not come from"},
      {"a user in front of the host", {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1@evil.example/a"}}, {}, false, "error: AWS_CONTAINER_CREDENTIALS_FULL_URI"},
      {"a path that is none", {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "@evil.example/x"}}, {}, false, "error: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: `@evil.example/x` does not begin with `/`"},
      {"a profile without keys leaves it to the container", {{"AWS_PROFILE", "empty"}, {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x"}}, {}, true, "container http://169.254.170.2 /v2/x"},
      {"nothing but the instance", {}, {}, false, "instance http://169.254.169.254"},
      {"the instance elsewhere", {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:7/"}}, {}, false, "instance http://127.0.0.1:7"},
      {"nothing at all", {{"AWS_EC2_METADATA_DISABLED", "true"}}, {}, false, "error: no AWS credentials: AWS_ACCESS_KEY_ID, AWS_WEB_IDENTITY_TOKEN_FILE and AWS_CONTAINER_CREDENTIALS_… are not set, the profile `default` of /home/me/.aws/config and /home/me/.aws/credentials has no keys"},
      {"files elsewhere", {{"AWS_SHARED_CREDENTIALS_FILE", "/none"}, {"AWS_EC2_METADATA_DISABLED", "true"}}, {}, true, "error: no AWS credentials"},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    const std::string found = chosen(row.variables, row.flags, row.with_files);
    if (row.expected.rfind("error: ", 0) != 0) CHECK(found == row.expected);
    else {
      INFO(found);
      CHECK(found.rfind("error: ", 0) == 0);
      CHECK(found.find(row.expected.substr(7)) != std::string::npos);
    }
    CHECK(found.find("secret=+") == std::string::npos);
  }
}

TEST_CASE("keys are those of the file, to the last character", "[aws]") {
  const auto source = find_credentials(*settings_of({{"AWS_PROFILE", "dev"}}));
  REQUIRE(source);
  const auto& keys = std::get<AwsCredentials>(source->how);
  CHECK(keys.secret->reveal() == "dev/secret=+");
  CHECK(keys.token->reveal() == "dev-token");
  CHECK(source->name == "the profile `dev`");
}

TEST_CASE("what is wrong with a file of profiles is said without its text", "[aws]") {
  const auto message = [](const char* text) { return parse_profiles(text, true).error().message; };
  CHECK(message("[default]\nsecretsecret\n") == "line 2: neither a section, a setting `name = value` nor a comment");
  CHECK(message("a = b\n") == "line 1: a setting stands before the first section");
  CHECK(message("[default\n") == "line 1: the section has no `]`");
}

TEST_CASE("the region comes from the flag, the variables, then the profile", "[aws]") {
  const auto region = [](const Variables& variables, const AwsFlags& flags = {}) {
    const auto settings = settings_of(variables, flags);
    REQUIRE(settings);
    const auto found = find_region(*settings);
    return found ? found->value + " of " + found->from : found.error().message;
  };
  CHECK(region({}) == "eu-west-1 of the profile `default`");
  CHECK(region({{"AWS_PROFILE", "with blank"}}) == "us-east-2 of the profile `with blank`");
  CHECK(region({{"AWS_DEFAULT_REGION", "us-east-1"}}) == "us-east-1 of AWS_DEFAULT_REGION");
  CHECK(region({{"AWS_DEFAULT_REGION", "us-east-1"}, {"AWS_REGION", "us-west-2"}}) == "us-west-2 of AWS_REGION");
  CHECK(region({{"AWS_REGION", "us-west-2"}}, {.profile = "", .region = "eu-north-1"}) == "eu-north-1 of --region");
  CHECK(region({{"AWS_PROFILE", "own"}}).find("no AWS region: there is no --region, neither AWS_REGION nor AWS_DEFAULT_REGION is set, and the profile `own` of") == 0);
  CHECK(region({{"AWS_REGION", "evil.example/"}}).find("is not of the form") != std::string::npos);
}

TEST_CASE("endpoints come from the variables, the services section, the profile, then the partition", "[aws]") {
  const auto url = [](const Variables& variables, const char* service = "ecs", const char* region = "eu-west-1") {
    const auto settings = settings_of(variables);
    REQUIRE(settings);
    const auto found = service_endpoint(*settings, service, region);
    return found ? found->url : found.error().message;
  };
  CHECK(url({}) == "https://ecs.eu-west-1.amazonaws.com");
  CHECK(url({}, "sts", "cn-north-1") == "https://sts.cn-north-1.amazonaws.com.cn");
  CHECK(url({}, "ecs", "us-gov-west-1") == "https://ecs.us-gov-west-1.amazonaws.com");
  CHECK(url({}, "ecs", "us-isob-east-1") == "https://ecs.us-isob-east-1.sc2s.sgov.gov");
  CHECK(url({{"AWS_USE_FIPS_ENDPOINT", "true"}}, "ecs", "us-east-1") == "https://ecs-fips.us-east-1.amazonaws.com");
  CHECK(url({{"AWS_PROFILE", "dev"}}) == "http://127.0.0.1:2");
  CHECK(url({{"AWS_PROFILE", "dev"}}, "sts") == "http://127.0.0.1:3");
  CHECK(url({{"AWS_PROFILE", "dev"}}, "logs") == "http://127.0.0.1:1");
  CHECK(url({{"AWS_PROFILE", "dev"}, {"AWS_ENDPOINT_URL", "http://127.0.0.1:4"}}) == "http://127.0.0.1:4");
  CHECK(url({{"AWS_ENDPOINT_URL", "http://127.0.0.1:4"}, {"AWS_ENDPOINT_URL_ECS", "http://127.0.0.1:5/"}}) == "http://127.0.0.1:5");
  CHECK(url({{"AWS_PROFILE", "dev"}, {"AWS_ENDPOINT_URL", "http://127.0.0.1:4"}, {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"}}) == "https://ecs.eu-west-1.amazonaws.com");
  CHECK(url({{"AWS_ENDPOINT_URL_ECS", "unix:///run/x"}}) == "`unix:///run/x` of AWS_ENDPOINT_URL_ECS is not of the form `https://host` or `http://host:port`");
}

TEST_CASE("how often a call is repeated is what the variables say", "[aws]") {
  const auto attempts = [](const Variables& variables) {
    const auto policy = retry_policy(*settings_of(variables));
    return policy ? std::to_string(policy->attempts) : policy.error().message;
  };
  CHECK(attempts({}) == "8");
  CHECK(attempts({{"AWS_RETRY_MODE", "standard"}}) == "3");
  CHECK(attempts({{"AWS_RETRY_MODE", "legacy"}}) == "5");
  CHECK(attempts({{"AWS_RETRY_MODE", "adaptive"}, {"AWS_MAX_ATTEMPTS", "11"}}) == "11");
  CHECK(attempts({{"AWS_MAX_ATTEMPTS", "0"}}).find("write 1 or more") != std::string::npos);
  CHECK(attempts({{"AWS_RETRY_MODE", "patient"}}).find("none of legacy, standard, adaptive") != std::string::npos);
}

}  // namespace
}  // namespace berth::provider
