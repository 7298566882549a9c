#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/text_width.h"
#include "planner/markup.h"
#include "planner/page.h"
#include "planner/wording.h"

namespace berth::plan {
namespace {

constexpr int kNodeWidth = 230;
constexpr int kNodeHeight = 34;
constexpr int kColumnGap = 70;
constexpr int kRowGap = 12;
constexpr int kMargin = 8;
constexpr std::size_t kLongestLabel = 28;
/// Nobody reads a drawing of more.
constexpr std::size_t kMostNodes = 120;

struct Node {
  const Change* change = nullptr;
  std::vector<std::size_t> refers;  ///< to these nodes, which stand left of it
  std::size_t column = 0;
  int x = 0;
  int y = 0;
};

std::vector<ir::Address> referred_by(const Change& change) {
  const ir::Value& body = change.after != nullptr ? change.after->body : change.before->resource.body;
  return ir::references(body);
}

/// What changes, and what that refers to; in the order of the plan, in which what is referred to by others may stand before or after them.
std::vector<Node> nodes_of(const Plan& plan) {
  std::set<ir::Address> shown;
  for (const Change* change : by_harm(plan)) {
    if (shown.size() >= kMostNodes) break;
    shown.insert(change->address);
    for (ir::Address& address : referred_by(*change)) shown.insert(std::move(address));
  }
  std::vector<Node> nodes;
  std::map<ir::Address, std::size_t> index;
  for (const Change& change : plan.changes) {
    if (shown.count(change.address) == 0) continue;
    index[change.address] = nodes.size();
    nodes.push_back({.change = &change, .refers = {}});
  }
  for (Node& node : nodes) {
    for (const ir::Address& address : referred_by(*node.change)) {
      const auto found = index.find(address);
      if (found != index.end() && nodes[found->second].change != node.change) node.refers.push_back(found->second);
    }
  }
  return nodes;
}

/// One column right of the rightmost that it refers to. References make no cycles; the number of rounds bounds what a wrong snapshot could do.
void set_columns(std::vector<Node>& nodes) {
  for (std::size_t round = 0, moved = 1; round < nodes.size() && moved > 0; ++round) {
    moved = 0;
    for (Node& node : nodes) {
      std::size_t column = 0;
      for (const std::size_t other : node.refers) column = std::max(column, nodes[other].column + 1);
      column = std::min(column, nodes.size());
      if (column != node.column) ++moved;
      node.column = column;
    }
  }
}

std::string shortened(const std::string& text) {
  std::string label;
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) {
    const CodePoint point = first_code_point(std::string_view(text).substr(at));
    if (count == kLongestLabel) return label + "…";
    label += text.substr(at, point.bytes);
    at += point.bytes;
  }
  return label;
}

std::string edge(const Node& from, const Node& to) {
  const int x1 = from.x + kNodeWidth;
  const int y1 = from.y + kNodeHeight / 2;
  const int y2 = to.y + kNodeHeight / 2;
  const int middle = (x1 + to.x) / 2;
  return fmt::format("<path class=\"edge\" d=\"M{} {} C{} {} {} {} {} {}\"/>\n", x1, y1, middle, y1, middle, y2, to.x, y2);
}

std::string box(const Node& node) {
  const Change& change = *node.change;
  const std::string address = change.address.text();
  return fmt::format("<g class=\"{}\"><title>{}</title><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"5\"/><text x=\"{}\" y=\"{}\">{} {}</text></g>\n",
                     word(change.kind), html_text(change.kind == ChangeKind::no_op ? address : fmt::format("{}: {}", address, headline(change))), node.x, node.y, kNodeWidth,
                     kNodeHeight, node.x + 10, node.y + kNodeHeight / 2 + 5, html_text(symbol(change.kind)), html_text(shortened(address)));
}

}  // namespace

std::string render_graph(const Plan& plan) {
  std::vector<Node> nodes = nodes_of(plan);
  if (nodes.empty()) return "";
  set_columns(nodes);
  std::map<std::size_t, int> rows;  // of a column
  int columns = 0;
  int highest = 0;
  for (Node& node : nodes) {
    const int row = rows[node.column]++;
    node.x = kMargin + static_cast<int>(node.column) * (kNodeWidth + kColumnGap);
    node.y = kMargin + row * (kNodeHeight + kRowGap);
    columns = std::max(columns, static_cast<int>(node.column) + 1);
    highest = std::max(highest, row + 1);
  }
  const int width = 2 * kMargin + columns * kNodeWidth + (columns - 1) * kColumnGap;
  const int height = 2 * kMargin + highest * kNodeHeight + (highest - 1) * kRowGap;
  std::string svg = fmt::format("<svg class=\"graph\" role=\"img\" aria-label=\"what the changed resources refer to\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\">\n", width, height);
  for (const Node& node : nodes) {
    for (const std::size_t other : node.refers) svg += edge(nodes[other], node);
  }
  for (const Node& node : nodes) svg += box(node);
  return svg + "</svg>\n";
}

}  // namespace berth::plan
