#include "providers/ecs/ecs_reader.h"

#include "providers/ecs/read.h"

namespace berth::provider {

EcsReader::EcsReader(std::unique_ptr<HttpClient> http, WaitingClock& clock, std::size_t width) : http_(std::move(http)), client_(*http_, clock), width_(width) {}

Result<ir::Snapshot> EcsReader::read(const plan::ReadScope& scope) { return read_snapshot(client_, scope, width_); }

}  // namespace berth::provider
