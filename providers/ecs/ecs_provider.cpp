#include "providers/ecs/ecs_provider.h"

#include "providers/ecs/execute.h"
#include "providers/ecs/read.h"
#include "providers/ecs/read_room.h"

namespace berth::provider {

EcsProvider::EcsProvider(std::shared_ptr<HttpClient> http, WaitingClock& clock, Options options)
    : http_(std::move(http)), clock_(clock), options_(std::move(options)), client_(*http_, clock_, options_.client) {}

Result<ir::Snapshot> EcsProvider::read(const plan::ReadScope& scope) { return read_snapshot(client_, scope, options_.read_width); }

Result<plan::Room> EcsProvider::read_room(const std::string& cluster_arn) { return provider::read_room(client_, cluster_arn, options_.read_width); }

Result<plan::ActionResult> EcsProvider::execute(const plan::Action& action, const plan::Bindings& bindings, plan::Progress& progress) {
  return execute_action(client_, clock_, options_.await, action, bindings, progress);
}

}  // namespace berth::provider
