#pragma once

#include "ir/schema.h"
#include "ir/value.h"

namespace berth::ir {

/// Gives blocks of a live body, whose labels ECS does not keep (`expose`, ports without a name), the labels of the desired blocks that agree with
/// them in what tells such blocks apart (schema::Block::identity). What nobody wants keeps the label that was made for it.
void relabel(const schema::Block& kind, Value& live, const Value& desired);

}  // namespace berth::ir
