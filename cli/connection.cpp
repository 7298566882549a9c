#include "cli/connection.h"

#include <fmt/format.h>

#include "base/file_system.h"
#include "providers/aws/connect.h"
#include "providers/http/curl_client.h"

namespace berth::cli {
namespace {

Result<Connection> connect_local(const Session& session, const CommonFlags& flags) {
  if (!flags.region.empty() || !flags.profile.empty()) {
    return Error{"usage", fmt::format("`{}` is for Amazon ECS, and the target is the local engine; add `--target aws`", flags.region.empty() ? "--profile" : "--region")};
  }
  BERTH_TRY(engine, find_engine(session, flags));
  return Connection{.http = std::make_shared<provider::CurlClient>(engine), .calls = {}, .engine = engine};
}

Result<Connection> connect_to_aws(Session& session, View& view, const CommonFlags& flags, ir::Program* program) {
  if (!flags.engine.empty()) return Error{"usage", "`--engine` names a local engine, and the target is `aws`; AWS_ENDPOINT_URL_ECS says where another Amazon ECS is"};
  const auto environment = [&](const char* name) { return session.variable(name); };
  BERTH_TRY(aws, provider::connect_aws(environment, std::make_shared<RealFileSystem>(), {.profile = flags.profile, .region = flags.region}, *session.clock));
  if (program != nullptr) {
    const std::string name = program->environment.empty() ? program->stack : program->environment;
    BERTH_TRY_VOID(provider::check_belonging({.environment = name, .account = program->account, .region = program->region}, aws));
    program->account = aws.identity.account;
    program->region = aws.region.value;
  }
  if (!view.is_json()) view.note(fmt::format("Amazon ECS in {}, account {}, as {} (credentials of {})", aws.region.value, aws.identity.account, aws.identity.arn, aws.credentials));
  return Connection{.http = std::move(aws.http), .calls = std::move(aws.calls), .engine = {}};
}

}  // namespace

Result<Connection> connect_target(Session& session, View& view, const CommonFlags& flags, ir::Program* program) {
  const bool is_aws = (flags.target.empty() && program != nullptr ? program->target : flags.target) == "aws";
  if (program != nullptr) program->target = is_aws ? "aws" : "local";
  return is_aws ? connect_to_aws(session, view, flags, program) : connect_local(session, flags);
}

}  // namespace berth::cli
