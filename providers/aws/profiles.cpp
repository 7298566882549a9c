#include "providers/aws/profiles.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace berth::provider {
namespace {

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

std::string_view unquoted(std::string_view text) {
  const bool quoted = text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front();
  return quoted ? text.substr(1, text.size() - 2) : text;
}

/// What the section is called; "" for one that is nobody's business here.
std::string section_name(std::string_view header, bool profiles_are_marked) {
  const std::size_t blank = header.find_first_of(" \t");
  const std::string_view word = header.substr(0, blank);
  const std::string_view rest = blank == std::string_view::npos ? std::string_view() : unquoted(without_blanks(header.substr(blank)));
  if (!profiles_are_marked) return std::string(unquoted(header));
  if (word == "services" && !rest.empty()) return "services " + std::string(rest);
  if (word == "profile" && !rest.empty()) return std::string(rest);
  return header == "default" ? "default" : "";
}

Error malformed(std::size_t line, std::string_view why) { return {"aws-config", fmt::format("line {}: {}", line, why)}; }

}  // namespace

std::optional<std::string> ProfileSection::find(const std::string& setting) const {
  const auto found = settings_.find(setting);
  if (found == settings_.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

std::optional<std::string> ProfileSection::find(const std::string& nested, const std::string& setting) const { return find(nested + "." + setting); }

void ProfileSection::merge(const ProfileSection& other) {
  for (const auto& [setting, value] : other.settings_) settings_[setting] = value;
}

Result<ProfileSections> parse_profiles(std::string_view text, bool profiles_are_marked) {
  ProfileSections sections;
  ProfileSection ignored;
  ProfileSection* section = nullptr;
  std::string parent;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view raw = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    const std::string_view line = without_blanks(raw);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[') {
      const std::size_t close = line.find(']');
      if (close == std::string_view::npos) return malformed(number, "the section has no `]`");
      const std::string name = section_name(without_blanks(line.substr(1, close - 1)), profiles_are_marked);
      section = name.empty() ? &ignored : &sections[name];
      parent.clear();
      continue;
    }
    if (section == nullptr) return malformed(number, "a setting stands before the first section");
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || equals == 0) return malformed(number, "neither a section, a setting `name = value` nor a comment");
    const std::string name = lower_case(without_blanks(line.substr(0, equals)));
    const bool indented = raw.front() == ' ' || raw.front() == '\t';
    if (indented && !parent.empty()) {
      section->set(parent + "." + name, std::string(without_blanks(line.substr(equals + 1))));
      continue;
    }
    const std::string_view value = without_blanks(line.substr(equals + 1));
    parent = value.empty() ? name : "";
    section->set(name, std::string(value));
  }
  return sections;
}

}  // namespace berth::provider
