#include "planner/moved.h"

#include <algorithm>
#include <map>
#include <set>

#include "ir/capacity.h"

namespace berth::plan {
namespace {

/// What the address is called now; the capacity of a cluster moves with it.
std::optional<ir::Address> new_address(const ir::Address& old, const std::map<ir::Address, ir::Address>& moves) {
  if (const auto found = moves.find(old); found != moves.end()) return found->second;
  const auto capacity = ir::capacity_target(old);
  const auto cluster = capacity ? moves.find(capacity->cluster) : moves.end();
  if (cluster == moves.end()) return std::nullopt;
  return ir::Address{"capacity", cluster->second.name + "." + capacity->label};
}

void readdress(ir::Value& value, const std::map<ir::Address, ir::Address>& moves) {
  if (const ir::Reference* reference = value.as_reference()) {
    if (const auto now = new_address(reference->target, moves)) value = ir::Value::reference(*now, value.origin());
    return;
  }
  if (ir::List* items = value.as_list()) {
    for (ir::Value& item : *items) readdress(item, moves);
  }
  if (ir::Map* map = value.as_map()) {
    for (auto& [key, item] : *map) readdress(item, moves);
  }
}

/// Old address -> new one, chains followed to their ends.
std::map<ir::Address, ir::Address> all_moves(const ir::Program& program) {
  std::map<ir::Address, ir::Address> moves;
  for (const ir::Moved& moved : program.moved) {
    moves[moved.from] = moved.to;
    const ir::Address from{"task", moved.from.name};
    const ir::Address to{"task", moved.to.name};
    if (moved.from.kind != "task" && program.resources.count(to) > 0 && program.resources.count(from) == 0) moves.emplace(from, to);
  }
  for (auto& [from, to] : moves) {
    std::set<ir::Address> seen{from};
    for (auto next = moves.find(to); next != moves.end() && seen.insert(to).second; next = moves.find(to)) to = next->second;
  }
  return moves;
}

/// The task of a service or job is moved with it, without a line of its own.
bool moves_with_another(const ir::Program& program, const ir::Moved& task) {
  return std::any_of(program.moved.begin(), program.moved.end(), [&](const ir::Moved& other) {
    return other.from.kind != "task" && other.from.name == task.from.name && other.to.name == task.to.name;
  });
}

}  // namespace

std::vector<ir::Moved> carry_over(const ir::Program& program, ir::Snapshot& snapshot) {
  std::vector<ir::Moved> spent;
  if (program.moved.empty()) return spent;
  const auto moves = all_moves(program);
  std::set<ir::Address> taken;
  for (const ir::LiveResource& live : snapshot.resources) {
    if (live.stack == program.id()) taken.insert(live.resource.address);
  }
  std::set<ir::Address> used;
  for (ir::LiveResource& live : snapshot.resources) {
    readdress(live.resource.body, moves);
    const auto move = moves.find(live.resource.address);
    if (move == moves.end() || live.stack != program.id()) continue;
    used.insert(move->first);
    if (taken.count(move->second) > 0) continue;
    live.tagged_address = live.resource.address.text();
    live.resource.address = move->second;
  }
  std::stable_sort(snapshot.resources.begin(), snapshot.resources.end(),
                   [](const ir::LiveResource& a, const ir::LiveResource& b) { return a.resource.address < b.resource.address; });
  for (const ir::Moved& moved : program.moved) {
    if (used.count(moved.from) > 0 || (moved.from.kind == "task" && moves_with_another(program, moved))) continue;
    spent.push_back(moved);
  }
  return spent;
}

}  // namespace berth::plan
