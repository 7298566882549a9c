#include "providers/ecs/ecs_reader.h"

#include "providers/ecs/ecs_provider.h"
#include "providers/ecs/read.h"
#include "providers/ecs/read_room.h"

namespace berth::provider {

EcsReader::EcsReader(std::shared_ptr<HttpClient> http, WaitingClock& clock, EcsClient::Options options)
    : http_(std::move(http)), client_(*http_, clock, std::move(options)) {}

Result<ir::Snapshot> EcsReader::read(const plan::ReadScope& scope) { return read_snapshot(client_, scope, EcsProvider::Options{}.read_width); }

Result<plan::Room> EcsReader::read_room(const std::string& cluster_arn) { return provider::read_room(client_, cluster_arn, EcsProvider::Options{}.read_width); }

}  // namespace berth::provider
