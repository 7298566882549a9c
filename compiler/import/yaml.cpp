#include "compiler/import/yaml.h"

#include <charconv>
#include <stdexcept>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

namespace berth::importing {
namespace {

constexpr int kDeepest = 100;
/// What a document may unfold to: aliases stand for what they name, again and again.
constexpr std::size_t kMostNodes = 200'000;
constexpr std::size_t kMostBytes = 32U << 20U;

/// Why a document is refused, and where.
struct Refusal {
  std::string message;
  YAML::Mark mark;
};

std::optional<std::int64_t> whole_number(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  // A leading zero is kept as text: an id or a mode, not a number.
  const std::string_view digits = text.front() == '-' ? std::string_view(text).substr(1) : std::string_view(text);
  if (digits.size() > 1 && digits.front() == '0') return std::nullopt;
  return value;
}

/// A plain scalar by the core schema of YAML 1.2, as Compose and CloudFormation read it.
Json plain_scalar(const std::string& text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return nullptr;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (const auto number = whole_number(text)) return *number;
  return text;
}

class YamlReader {
 public:
  YamlReader(SourceId source, std::size_t size) : source_(source), size_(size) {}

  Json value(const YAML::Node& node, const std::string& pointer, int depth) {
    if (depth > kDeepest) throw Refusal{fmt::format("nested deeper than {} levels", kDeepest), node.Mark()};
    if (++nodes_ > kMostNodes) throw Refusal{fmt::format("its aliases unfold to more than {} values", kMostNodes), node.Mark()};
    bytes_ += pointer.size();
    if (node.IsScalar()) bytes_ += node.Scalar().size();
    if (bytes_ > kMostBytes) throw Refusal{fmt::format("its aliases unfold to more than {} MiB", kMostBytes >> 20U), node.Mark()};
    places_.emplace(pointer, place(node));
    return tagged(node, untagged(node, pointer, depth));
  }

  std::map<std::string, Span> take_places() { return std::move(places_); }

 private:
  [[nodiscard]] Span place(const YAML::Node& node) const {
    const YAML::Mark mark = node.Mark();
    const std::size_t begin = mark.pos < 0 ? 0 : std::min(static_cast<std::size_t>(mark.pos), size_);
    const std::size_t length = node.IsScalar() ? node.Scalar().size() : 1;
    return {source_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(std::min(size_, begin + std::max<std::size_t>(length, 1)))};
  }

  Json untagged(const YAML::Node& node, const std::string& pointer, int depth) {
    if (node.IsScalar()) return node.Tag() == "?" || node.Tag().empty() ? plain_scalar(node.Scalar()) : Json(node.Scalar());
    if (node.IsSequence()) {
      Json list = Json::array();
      for (std::size_t i = 0; i < node.size(); ++i) list.push_back(value(node[i], below(pointer, i), depth + 1));
      return list;
    }
    if (!node.IsMap()) return nullptr;
    Json object = Json::object();
    Json merged = Json::object();
    for (const auto& entry : node) {
      if (!entry.first.IsScalar()) throw Refusal{"a key that is no text", entry.first.Mark()};
      const std::string& key = entry.first.Scalar();
      if (key == "<<" && entry.first.Tag() == "?") {
        merge(entry.second, below(pointer, key), depth, merged);
        continue;
      }
      if (object.contains(key)) throw Refusal{fmt::format("the key `{}` stands here twice", key), entry.first.Mark()};
      object[key] = value(entry.second, below(pointer, key), depth + 1);
    }
    for (const auto& [key, item] : merged.items()) {
      if (!object.contains(key)) object[key] = item;
    }
    return object;
  }

  /// `<<: *base`, or a list of such; the first one that has a key counts.
  void merge(const YAML::Node& node, const std::string& pointer, int depth, Json& merged) {
    const Json base = value(node, pointer, depth + 1);
    const Json all = base.is_array() ? base : Json::array({base});
    for (const Json& one : all) {
      if (!one.is_object()) throw Refusal{"`<<` takes a mapping", node.Mark()};
      for (const auto& [key, item] : one.items()) {
        if (!merged.contains(key)) merged[key] = item;
      }
    }
  }

  /// `!Ref`, `!Sub` …: the short forms of CloudFormation. What Compose marks (`!reset`, `!override`) keeps its value.
  static Json tagged(const YAML::Node& node, Json value) {
    const std::string& tag = node.Tag();
    if (tag.size() < 2 || tag.front() != '!') return value;
    const std::string name = tag.substr(1);
    if (name == "Ref" || name == "Condition") return {{name, std::move(value)}};
    if (name == "GetAtt" && value.is_string()) {
      const std::string text = value.get<std::string>();
      const std::size_t dot = text.find('.');
      return {{"Fn::GetAtt", Json::array({text.substr(0, dot), dot == std::string::npos ? "" : text.substr(dot + 1)})}};
    }
    for (const char* known : {"GetAtt", "Sub", "Join", "ImportValue", "If", "FindInMap", "Select", "Split", "Base64", "Cidr", "GetAZs", "And", "Or", "Not", "Equals", "Transform"}) {
      if (name == known) return {{"Fn::" + name, std::move(value)}};
    }
    return value;
  }

  SourceId source_;
  std::size_t size_;
  std::size_t nodes_ = 0;
  std::size_t bytes_ = 0;
  std::map<std::string, Span> places_;
};

std::optional<Document> refuse(const std::string& message, YAML::Mark mark, SourceId source, const SourceSet& sources, DiagnosticSink& sink) {
  const auto size = static_cast<std::uint32_t>(sources.file(source).text().size());
  const std::uint32_t begin = mark.pos < 0 ? 0 : std::min(size, static_cast<std::uint32_t>(mark.pos));
  sink.report("E0701", {source, begin, std::min(size, begin + 1)}, fmt::format("this cannot be read as YAML: {}", message), "reading stops here");
  return std::nullopt;
}

}  // namespace

std::optional<Document> read_yaml(SourceId source, const SourceSet& sources, DiagnosticSink& sink) {
  const std::string_view text = sources.file(source).text();
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
    for (std::size_t i = 1; i < documents.size(); ++i) {
      if (!documents[i].IsNull()) throw Refusal{"a second document begins here; import reads one of a file", documents[i].Mark()};
    }
    const YAML::Node node = documents.empty() ? YAML::Node() : documents.front();
    YamlReader reader(source, text.size());
    Json root = reader.value(node, "", 0);
    // Texts of YAML are bytes; those of a program are UTF-8.
    static_cast<void>(root.dump());
    return Document(source, std::move(root), reader.take_places());
  } catch (const Refusal& refusal) {
    return refuse(refusal.message, refusal.mark, source, sources, sink);
  } catch (const YAML::Exception& error) {
    return refuse(error.msg, error.mark, source, sources, sink);
  } catch (const std::exception& error) {
    return refuse(error.what(), YAML::Mark::null_mark(), source, sources, sink);
  }
}

}  // namespace berth::importing
