#include "engine/drivers/driver.h"

namespace berth::engine {

const char* to_string(OperationKind kind) {
  switch (kind) {
    case OperationKind::pull: return "pull";
    case OperationKind::create: return "create";
    case OperationKind::start: return "start";
    case OperationKind::stop: return "stop";
    case OperationKind::remove: return "remove";
  }
  return "?";
}

}  // namespace berth::engine
