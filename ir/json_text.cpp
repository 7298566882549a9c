#include "ir/json_text.h"

#include "base/parallel.h"

namespace berth::ir {
namespace {

/// So many are text in memory at a time.
constexpr std::size_t kResourcesAtOnce = 4000;

struct WriteJson {
  JsonText& out;

  void operator()(std::monostate) const { out.null(); }
  void operator()(bool value) const { out.boolean(value); }
  void operator()(const Quantity& value) const { value.unit == Unit::none ? out.integer(value.amount) : out.string(spell(value)); }
  void operator()(const std::string& value) const { out.string(value); }
  void operator()(const Reference& value) const {
    out.begin_object();
    out.key("$ref");
    out.string(value.target.text());
    out.end_object();
  }
  void operator()(const Sensitive& value) const { out.value(to_json(Value(value))); }
  void operator()(const List& items) const {
    out.begin_array();
    for (const Value& item : items) write_json(out, item);
    out.end_array();
  }
  void operator()(const Map& map) const {
    out.begin_object();
    for (const auto& [key, item] : map) {
      out.key(key);
      write_json(out, item);
    }
    out.end_object();
  }
};

/// The object with `key` written by `write`, in its place among the others.
template <class Write>
void write_object(JsonText& out, const Json& others, std::string_view key, Write write) {
  out.begin_object();
  bool is_written = false;
  for (const auto& [name, item] : others.items()) {
    if (!is_written && std::string_view(name).compare(key) > 0) {
      out.key(key);
      write();
      is_written = true;
    }
    out.key(name);
    out.value(item);
  }
  if (!is_written) {
    out.key(key);
    write();
  }
  out.end_object();
}

}  // namespace

void write_json(JsonText& out, const Value& value) { std::visit(WriteJson{out}, value.data()); }

void write_pretty(const Program& program, bool origins, const std::function<void(const std::string&)>& take) {
  std::vector<const Resource*> resources;
  resources.reserve(program.resources.size());
  for (const auto& entry : program.resources) resources.push_back(&entry.second);
  std::string text;
  JsonText out(text, JsonText::Form::pretty);
  write_object(out, to_json_without_resources(program, origins), "resources", [&] {
    out.begin_array();
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin < resources.size(); begin += kResourcesAtOnce) {
      const std::vector<Range> ranges = ranges_of(std::min(kResourcesAtOnce, resources.size() - begin), kLeastPerPart);
      parts.resize(std::max(parts.size(), ranges.size()));  // the room of those before is used again
      in_parts(ranges.size(), [&](std::size_t part) {
        parts[part].clear();
        JsonText elements = JsonText::continues(parts[part], out, begin == 0 && part == 0);
        for (std::size_t i = begin + ranges[part].begin; i < begin + ranges[part].end; ++i) {
          const Resource& resource = *resources[i];
          write_object(elements, to_json_without_body(resource, program, origins), "body", [&] { write_json(elements, resource.body); });
        }
      });
      out.elements("");
      take(text);
      text.clear();
      for (std::size_t part = 0; part < ranges.size(); ++part) take(parts[part]);
    }
    out.end_array();
  });
  text += '\n';
  take(text);
}

std::string pretty_text(const Program& program, bool origins) {
  std::string text;
  write_pretty(program, origins, [&](const std::string& part) { text += part; });
  return text;
}

}  // namespace berth::ir
