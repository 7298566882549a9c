#pragma once

#include <string>

#include "api/sigv4.h"
#include "base/result.h"

namespace berth::engine {

/// The keys of the profile `berth` in an AWS shared credentials file. When there is no file, one with fresh keys is made, readable by its owner
/// only, so that `AWS_SHARED_CREDENTIALS_FILE=FILE AWS_PROFILE=berth` is all that an AWS client needs. Errors, code "credentials": the file can't
/// be read or made, has no such profile, or others may read it.
Result<api::Credentials> load_or_make_credentials(const std::string& path, const std::string& region);

}  // namespace berth::engine
