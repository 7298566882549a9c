#include "engine/daemon/credentials.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "base/hash.h"

namespace berth::engine {
namespace {

constexpr const char* kProfile = "[berth]";

Error file_refused(const std::string& path, const std::string& why) { return {"credentials", fmt::format("{}: {}", path, why)}; }
Error system_failure(const std::string& path) { return file_refused(path, std::strerror(errno)); }

/// Digits of the system's own generator: keys must not be guessed.
Result<std::string> secret_digits(std::size_t bytes) {
  std::string random(bytes, '\0');
  if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) return Error{"credentials", "the system has no random numbers"};
  return to_hex(random);
}

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

Result<api::Credentials> read_profile(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return system_failure(path);
  if ((status.st_mode & 077U) != 0) return file_refused(path, "others may read the keys; make its mode 0600");
  std::ifstream file(path);
  if (!file) return system_failure(path);
  std::map<std::string, std::string> values;
  bool ours = false;
  for (std::string line; std::getline(file, line);) {
    const std::string text = trimmed(line);
    if (!text.empty() && text.front() == '[') ours = text == kProfile;
    const std::size_t equals = text.find('=');
    if (ours && equals != std::string::npos) values[trimmed(text.substr(0, equals))] = trimmed(text.substr(equals + 1));
  }
  api::Credentials credentials{.access_key_id = values["aws_access_key_id"], .secret_access_key = values["aws_secret_access_key"]};
  if (credentials.access_key_id.empty() || credentials.secret_access_key.empty()) {
    return file_refused(path, "the profile [berth] with aws_access_key_id and aws_secret_access_key is not in it");
  }
  return credentials;
}

/// Whole or not at all, also when two engines begin at once: the first one's file stays.
Result<void> make_profile(const std::string& path, const std::string& region) {
  BERTH_TRY(id, secret_digits(8));
  BERTH_TRY(secret, secret_digits(20));
  for (char& c : id) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  const std::string text = fmt::format(
      "# The keys of this berth engine: AWS_SHARED_CREDENTIALS_FILE={} AWS_PROFILE=berth\n{}\naws_access_key_id = BERTH{}\n"
      "aws_secret_access_key = {}\nregion = {}\n",
      path, kProfile, id, secret, region);
  const std::string draft = path + ".new." + std::to_string(::getpid());
  const int descriptor = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) return system_failure(draft);
  const bool written = ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(descriptor) == 0;
  const Error problem = system_failure(draft);
  ::close(descriptor);
  const bool linked = written && (::link(draft.c_str(), path.c_str()) == 0 || errno == EEXIST);
  const Error other = system_failure(path);
  ::unlink(draft.c_str());
  if (!written) return problem;
  if (!linked) return other;
  return {};
}

}  // namespace

Result<api::Credentials> load_or_make_credentials(const std::string& path, const std::string& region) {
  if (::access(path.c_str(), F_OK) != 0) {
    BERTH_TRY_VOID(make_profile(path, region));
  }
  return read_profile(path);
}

}  // namespace berth::engine
