#include "compiler/import/document.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "compiler/import/yaml.h"

namespace berth::importing {
namespace {

/// Finds values in a text that is known to be JSON.
class JsonScan {
 public:
  explicit JsonScan(std::string_view text) : text_(text) {}

  /// The range of the value, or of the innermost one on the way to it that is there.
  std::pair<std::size_t, std::size_t> find(const std::vector<std::string>& parts) {
    skip_blank();
    for (const std::string& part : parts) {
      if (!enter(part)) break;
    }
    const std::size_t begin = at_;
    skip_value();
    return {begin, at_};
  }

 private:
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void skip_blank() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t' || static_cast<unsigned char>(text_[at_]) >= 0x80)) ++at_;
  }

  void skip_string() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
    }
    at_ = std::min(at_ + 1, text_.size());
  }

  void skip_value() {
    int depth = 0;
    do {
      skip_blank();
      const char c = peek();
      if (c == '"') {
        skip_string();
      } else if (c == '{' || c == '[') {
        ++depth;
        ++at_;
      } else if (c == '}' || c == ']') {
        --depth;
        ++at_;
      } else if (c == ',' || c == ':') {
        ++at_;
      } else {
        while (at_ < text_.size() && std::string_view(",:]}{[\" \n\r\t").find(text_[at_]) == std::string_view::npos) ++at_;
      }
    } while (depth > 0 && at_ < text_.size());
  }

  /// Steps into the member or element; stays where it is when there is none.
  bool enter(const std::string& part) {
    const std::size_t start = at_;
    const bool object = peek() == '{';
    if (!object && peek() != '[') return false;
    ++at_;
    for (std::size_t index = 0;; ++index) {
      skip_blank();
      if (peek() == '}' || peek() == ']' || at_ >= text_.size()) break;
      bool found = !object && part == std::to_string(index);
      if (object) {
        const std::size_t key = at_;
        skip_string();
        const Json name = Json::parse(text_.substr(key, at_ - key), nullptr, false);
        found = name.is_string() && name.get_ref<const std::string&>() == part;
        skip_blank();
        ++at_;  // the colon
        skip_blank();
      }
      if (found) return true;
      skip_value();
      skip_blank();
      if (peek() == ',') ++at_;
    }
    at_ = start;
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::vector<std::string> parts_of(const std::string& pointer) {
  std::vector<std::string> parts;
  for (std::size_t begin = 1; begin <= pointer.size() && !pointer.empty();) {
    const std::size_t end = std::min(pointer.find('/', begin), pointer.size());
    std::string part = pointer.substr(begin, end - begin);
    for (const auto& [code, character] : {std::pair<std::string, std::string>{"~1", "/"}, {"~0", "~"}}) {
      for (std::size_t at = part.find(code); at != std::string::npos; at = part.find(code, at + 1)) part.replace(at, code.size(), character);
    }
    parts.push_back(std::move(part));
    begin = end + 1;
  }
  return parts;
}

bool is_index(const std::string& part) {
  return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// "… at line 3, column 5": where the reader of JSON stopped.
Span place_of_error(const std::string& message, SourceId source, const SourceSet& sources) {
  const SourceFile& file = sources.file(source);
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  if (std::sscanf(message.c_str(), "not valid JSON at line %u, column %u", &line, &column) != 2 || line == 0 || line > file.line_count()) return {source, 0, 0};
  const auto size = static_cast<std::uint32_t>(file.text().size());
  const std::uint32_t begin = std::min(size, file.line_start(line) + (column == 0 ? 0 : column - 1));
  return {source, begin, std::min(size, begin + 1)};
}

std::optional<Document> read_json(SourceId source, const SourceSet& sources, DiagnosticSink& sink) {
  std::string_view text = sources.file(source).text();
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  auto json = parse_json(text);
  if (json) return Document(source, *std::move(json), {});
  const std::string& message = json.error().message;
  const bool is_place = message.starts_with("not valid JSON");
  sink.report("E0701", place_of_error(message, source, sources), is_place ? "this is not valid JSON" : fmt::format("this cannot be read as JSON: {}", message), "reading stops here")
      .help("a file that a tool fills in first, with `{{ … }}` or comments in it, is imported as that tool has written it");
  return std::nullopt;
}

}  // namespace

Span Document::place(const std::string& pointer, const SourceSet& sources) const {
  if (!places_.empty()) {
    for (std::string at = pointer;; at.resize(at.rfind('/'))) {
      const auto found = places_.find(at);
      if (found != places_.end()) return found->second;
      if (at.empty() || at.rfind('/') == std::string::npos) return {source_, 0, 0};
    }
  }
  const auto [begin, end] = JsonScan(sources.file(source_).text()).find(parts_of(pointer));
  return {source_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
}

std::optional<Document> read_document(SourceId source, const SourceSet& sources, DiagnosticSink& sink) {
  constexpr std::size_t kLargest = 16U << 20U;
  const std::string_view text = sources.file(source).text();
  if (text.size() > kLargest) {
    sink.report("E0701", {source, 0, 0}, fmt::format("this has {} bytes; an input of import may have 16 MiB", text.size()));
    return std::nullopt;
  }
  const std::size_t first = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  const bool is_json = first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
  return is_json ? read_json(source, sources, sink) : read_yaml(source, sources, sink);
}

std::string path_text(const std::string& pointer) {
  std::string text;
  for (const std::string& part : parts_of(pointer)) {
    if (is_index(part)) {
      text += fmt::format("[{}]", part);
    } else {
      text += text.empty() ? part : "." + part;
    }
  }
  return text;
}

std::string below(const std::string& pointer, std::string_view member) {
  std::string part;
  for (const char c : member) {
    if (c == '~') part += "~0";
    else if (c == '/') part += "~1";
    else part += c;
  }
  return pointer + "/" + part;
}

std::string below(const std::string& pointer, std::size_t index) { return fmt::format("{}/{}", pointer, index); }

}  // namespace berth::importing
