#include "tests/support/case_file.h"

#include <map>

#include <fmt/format.h>

namespace berth::test {

namespace {

constexpr std::string_view kNoNewline = "\\ no newline at end\n";

/// The first line of `text` with its line end; removes it.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end == std::string_view::npos ? text.size() : end + 1);
  text.remove_prefix(line.size());
  return line;
}

/// The name in `-- name --`, or "".
std::string_view marker_name(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.size() < 7 || !line.starts_with("-- ") || !line.ends_with(" --")) return {};
  return line.substr(3, line.size() - 6);
}

/// Whether the line, with any number of backslashes in front, reads as one of the two special lines.
bool needs_backslash(std::string_view line) {
  const bool slashed = line.starts_with('\\');
  while (line.starts_with('\\')) line.remove_prefix(1);
  return !marker_name(line).empty() || (slashed && line == kNoNewline.substr(1));
}

std::string escape(std::string_view text) {
  std::string escaped;
  const bool open_end = !text.empty() && !text.ends_with('\n');
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (needs_backslash(line)) escaped += '\\';
    escaped += line;
  }
  if (open_end) escaped.append("\n").append(kNoNewline);
  return escaped;
}

std::string unescape(std::string_view text) {
  const bool open_end = text.ends_with(std::string("\n").append(kNoNewline));
  if (open_end) text.remove_suffix(kNoNewline.size());
  std::string plain;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    if (line.starts_with('\\') && needs_backslash(line.substr(1))) line.remove_prefix(1);
    plain += line;
  }
  if (open_end && plain.ends_with('\n')) plain.pop_back();
  return plain;
}

}  // namespace

const CaseSection* CaseFile::find(std::string_view key) const {
  for (const CaseSection& section : sections) {
    if (section.key == key) return &section;
  }
  return nullptr;
}

std::string CaseFile::text(std::string_view key) const {
  const CaseSection* section = find(key);
  return section == nullptr ? std::string() : section->text;
}

void CaseFile::set(std::string_view key, std::string text) {
  for (CaseSection& section : sections) {
    if (section.key != key) continue;
    section.text = std::move(text);
    return;
  }
  const std::string_view name = key.substr(0, key.rfind(" #"));
  sections.push_back({std::string(name), std::string(key), std::move(text)});
}

Result<CaseFile> parse_case(std::string path, std::string_view text) {
  const std::string_view whole = text;
  CaseFile file{std::move(path), {}, {}};
  while (!text.empty() && text.starts_with('#')) file.comment += take_line(text);
  if (file.comment.size() < 4)
    return Error{"case", fmt::format("{}: the first line must be a comment `# what the case shows`", file.path)};
  if (text.empty()) return Error{"case", fmt::format("{}: no section `-- name --`", file.path)};
  std::map<std::string, int, std::less<>> uses;
  while (!text.empty()) {
    const std::string name(marker_name(take_line(text)));
    if (name.empty()) return Error{"case", fmt::format("{}: expected a section `-- name --` after the comment", file.path)};
    const int use = ++uses[name];
    std::string_view rest = text;
    std::size_t length = 0;
    while (!rest.empty() && marker_name(rest.substr(0, rest.find('\n'))).empty()) length += take_line(rest).size();
    std::string body = unescape(text.substr(0, length));
    text.remove_prefix(length);
    file.sections.push_back({name, use == 1 ? name : fmt::format("{} #{}", name, use), std::move(body)});
  }
  // A file without a final newline or with an escape that is not needed would change when accepted.
  if (print_case(file) != whole)
    return Error{"case", fmt::format("{}: must end in a newline and escape only what needs it", file.path)};
  return file;
}

std::string print_case(const CaseFile& file) {
  std::string text = file.comment;
  for (const CaseSection& section : file.sections) text += fmt::format("-- {} --\n{}", section.name, escape(section.text));
  return text;
}

}  // namespace berth::test
