#include <vector>

#include <fmt/format.h>

#include "compiler/lock_images.h"

namespace berth {
namespace {

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string line(text.substr(0, end));
    if (!line.empty() && line.back() == '\r') line.pop_back();
    lines.push_back(std::move(line));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// The words of a line before its comment.
std::vector<std::string> words_of(std::string_view line) {
  line = line.substr(0, line.find('#'));
  std::vector<std::string> words;
  while (true) {
    const std::size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return words;
    const std::size_t end = std::min(line.find_first_of(" \t", begin), line.size());
    words.emplace_back(line.substr(begin, end - begin));
    line.remove_prefix(end);
  }
}

std::string comment_of(std::string_view line) {
  const std::size_t hash = line.find('#');
  return hash == std::string_view::npos ? "" : "  " + std::string(line.substr(hash));
}

bool is_comment(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(" \t");
  return begin != std::string_view::npos && line[begin] == '#';
}

std::string spell(const std::string& reference, const ImageLine& image, const std::string& comment) {
  return fmt::format("image  {}  {}  {} platform{}  locked {}{}", reference, image.digest, image.platforms, image.platforms == 1 ? "" : "s", image.date, comment);
}

/// An image's line with the comments above it.
struct Entry {
  std::vector<std::string> above;
  std::string line;
};

}  // namespace

std::string with_images(std::string_view text, const std::map<std::string, ImageLine>& images) {
  std::map<std::string, Entry> entries;
  std::vector<std::string> others;
  std::size_t place = std::string::npos;  // in `others`, where image lines begin
  std::size_t first_entry = std::string::npos;
  for (std::string& line : lines_of(text)) {
    const std::vector<std::string> words = words_of(line);
    if (words.size() < 3 || words[0] != "image") {
      if (!words.empty() && first_entry == std::string::npos) first_entry = others.size();
      others.push_back(std::move(line));
      continue;
    }
    Entry entry;
    // Comments right above belong to the image, but for those at the top of the file, which are about all of it.
    const std::size_t top = place == std::string::npos ? 0 : place;
    std::size_t begin = others.size();
    while (begin > top && is_comment(others[begin - 1])) --begin;
    if (begin > 0) {
      entry.above.assign(others.begin() + static_cast<std::ptrdiff_t>(begin), others.end());
      others.resize(begin);
    }
    if (place == std::string::npos) place = others.size();
    const auto changed = images.find(words[1]);
    entry.line = changed == images.end() ? std::move(line) : spell(words[1], changed->second, comment_of(line));
    entries.insert_or_assign(words[1], std::move(entry));
  }
  for (const auto& [reference, image] : images) {
    if (!entries.contains(reference)) entries[reference].line = spell(reference, image, "");
  }
  if (place == std::string::npos) place = first_entry == std::string::npos ? others.size() : first_entry;

  std::string result;
  const auto write = [&](const std::string& line) { result += line + "\n"; };
  for (std::size_t i = 0; i <= others.size(); ++i) {
    if (i == place) {
      for (const auto& [reference, entry] : entries) {
        for (const std::string& line : entry.above) write(line);
        write(entry.line);
      }
    }
    if (i < others.size()) write(others[i]);
  }
  return result;
}

}  // namespace berth
