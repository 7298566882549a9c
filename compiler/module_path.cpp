#include "compiler/module_path.h"

#include <algorithm>
#include <filesystem>
#include <vector>

namespace berth {
namespace {

bool is_digits(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos; }

bool is_version_text(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.';
  });
}

/// Cuts `text` before the first `mark`, and gives what follows it.
std::optional<std::string_view> cut(std::string_view& text, char mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text.substr(at + 1);
  text = text.substr(0, at);
  return rest;
}

std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  for (const std::filesystem::path& part : std::filesystem::path(path)) {
    if (part != ".") parts.push_back(part.generic_string());
  }
  return parts;
}

std::string shortest(const std::filesystem::path& path) {
  std::string text = path.lexically_normal().generic_string();
  while (text.size() > 1 && text.back() == '/') text.pop_back();
  return text.empty() ? "." : text;
}

}  // namespace

ModulePathKind module_path_kind(std::string_view path) {
  if (path.starts_with("./") || path.starts_with("../") || path == "." || path == "..") return ModulePathKind::relative;
  if (path.starts_with("std/") || path == "std") return ModulePathKind::standard;
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos || path.starts_with('/')) return ModulePathKind::unknown;
  const bool host = path.substr(0, slash).find('.') != std::string_view::npos;
  return host || path.find('@') != std::string_view::npos ? ModulePathKind::remote : ModulePathKind::unknown;
}

RemoteModulePath split_remote(std::string_view path) {
  const std::size_t at = path.rfind('@');
  if (at == std::string_view::npos) return {.name = path, .version = std::nullopt};
  return {.name = path.substr(0, at), .version = path.substr(at + 1)};
}

bool is_exact_version(std::string_view version) {
  if (const auto build = cut(version, '+'); build && !is_version_text(*build)) return false;
  if (const auto before = cut(version, '-'); before && !is_version_text(*before)) return false;
  int numbers = 1;
  while (const auto rest = cut(version, '.')) {
    if (!is_digits(version) || ++numbers > 3) return false;
    version = *rest;
  }
  return numbers == 3 && is_digits(version);
}

std::string resolve_path(const std::string& directory, const std::string& path) { return shortest(std::filesystem::path(directory) / path); }

std::string directory_of(const std::string& path) { return shortest(std::filesystem::path(path).parent_path()); }

std::string parent_directory(const std::string& directory) { return resolve_path(directory, ".."); }

bool is_inside(const std::string& directory, const std::string& path) {
  if (path.starts_with('/') != directory.starts_with('/')) return false;
  const std::vector<std::string> outer = parts_of(directory);
  const std::vector<std::string> inner = parts_of(path);
  const auto up = [](const std::vector<std::string>& parts) { return std::count(parts.begin(), parts.end(), ".."); };
  // `../..` holds everything that goes up no further.
  if (static_cast<std::size_t>(up(outer)) == outer.size()) return up(inner) <= up(outer);
  return inner.size() >= outer.size() && std::equal(outer.begin(), outer.end(), inner.begin());
}

std::string relative_import(const std::string& directory, const std::string& path) {
  const std::string relative = std::filesystem::path(path).lexically_relative(directory).generic_string();
  if (relative.empty()) return path;
  return relative.starts_with("..") ? relative : "./" + relative;
}

}  // namespace berth
