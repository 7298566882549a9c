#include "providers/ecs/ecs_reader.h"

#include "providers/ecs/ecs_provider.h"
#include "providers/ecs/read.h"

namespace berth::provider {

EcsReader::EcsReader(std::shared_ptr<HttpClient> http, WaitingClock& clock, EcsClient::Options options)
    : http_(std::move(http)), client_(*http_, clock, std::move(options)) {}

Result<ir::Snapshot> EcsReader::read(const plan::ReadScope& scope) { return read_snapshot(client_, scope, EcsProvider::Options{}.read_width); }

}  // namespace berth::provider
