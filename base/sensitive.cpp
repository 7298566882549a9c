#include "base/sensitive.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <new>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace berth {

/// Memory of its own for several texts, handed out from the front; it is given back when the last of them is gone.
class SensitivePage {
 public:
  explicit SensitivePage(std::size_t least) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    size_ = (std::max(least, 16 * page) + page - 1) / page * page;
    void* memory = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    memory_ = static_cast<char*>(memory);
    madvise(memory_, size_, MADV_DONTDUMP);
    static_cast<void>(mlock(memory_, size_));  // refused beyond the limit of the user: then it is only kept out of dumps
  }
  ~SensitivePage() {
    OPENSSL_cleanse(memory_, size_);
    munmap(memory_, size_);
  }
  SensitivePage(const SensitivePage&) = delete;
  SensitivePage& operator=(const SensitivePage&) = delete;

  [[nodiscard]] std::size_t left() const { return size_ - used_; }
  char* take(std::size_t bytes) {
    char* const place = memory_ + used_;
    used_ += bytes;
    return place;
  }

 private:
  char* memory_ = nullptr;
  std::size_t size_ = 0;
  std::size_t used_ = 0;
};

namespace {

/// The page that has room for `bytes`, and the place in it.
std::pair<std::shared_ptr<SensitivePage>, char*> place_for(std::size_t bytes) {
  static std::mutex mutex;
  static std::weak_ptr<SensitivePage> current;
  const std::lock_guard lock(mutex);
  std::shared_ptr<SensitivePage> page = current.lock();
  if (page == nullptr || page->left() < bytes) {
    page = std::make_shared<SensitivePage>(bytes);
    current = page;
  }
  char* const place = page->take(bytes);
  return {std::move(page), place};
}

}  // namespace

SensitiveText::SensitiveText(std::string_view clear) : size_(clear.size()) {
  if (clear.empty()) return;
  std::tie(page_, data_) = place_for(size_);
  std::memcpy(data_, clear.data(), size_);
}

SensitiveText::~SensitiveText() {
  if (data_ != nullptr) OPENSSL_cleanse(data_, size_);
}

std::string SensitiveText::mark(std::string_view key) const {
  if (key.empty()) return "";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  const std::string_view text = reveal();
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), nullptr);
  return fmt::format("~{:02x}{:02x}", digest[0], digest[1]);
}

}  // namespace berth
