// libs: berth_api
// Any bytes as the body of a request: reading it gives a value or an error, and what was read is read again from what is written.

#include <cstddef>
#include <cstdint>

#include "api/codec.h"
#include "api/shapes.h"

namespace {

template <class Request>
void check(const berth::Json& json) {
  const auto request = berth::api::decode<Request>(json);
  if (!request) return;
  const berth::Json written = berth::api::encode(*request);
  const auto again = berth::api::decode<Request>(written);
  BERTH_CHECK(again && berth::api::encode(*again) == written, "reading what was written");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto json = berth::parse_json({reinterpret_cast<const char*>(data), size});
  if (!json) return 0;
  check<berth::api::RegisterTaskDefinitionRequest>(*json);
  check<berth::api::CreateServiceRequest>(*json);
  check<berth::api::RunTaskRequest>(*json);
  check<berth::api::UpdateServiceRequest>(*json);
  berth::parse_json(berth::canonical_json(*json));
  return 0;
}
