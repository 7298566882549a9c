#include "engine/drivers/docker/host_probe.h"

#include <catch2/catch.hpp>

namespace berth::engine::docker {
namespace {

constexpr const char* kLimits =
    "Limit                     Soft Limit           Hard Limit           Units     \n"
    "Max cpu time              unlimited            unlimited            seconds   \n"
    "Max stack size            8388608              67108864             bytes     \n"
    "Max open files            1024                 20000                files     \n";

TEST_CASE("without CAP_SYS_RESOURCE the hard limits of the Docker Engine are those of its containers") {
  const HostLimits host = limits_of(kLimits, "Name:\tdockerd\nCapBnd:\t000001fffeffffff\n", 1'048'576);
  CHECK(host.ulimits == std::map<std::string, std::int64_t>{{"nofile", 20'000}, {"stack", 67'108'864}});
}

TEST_CASE("capabilities are read from the bounding set") {
  // All 41 but SYS_RESOURCE, bit 24.
  const HostLimits host = limits_of(kLimits, "CapBnd:\t000001fffeffffff\n", 1'048'576);
  CHECK(host.missing_capabilities == std::set<std::string>{"SYS_RESOURCE"});
  CHECK(host.granted_capabilities.size() == 40);
  CHECK(host.granted_capabilities.count("NET_ADMIN") == 1);
  CHECK(host.ulimits.at("nofile") == 20'000);
}

TEST_CASE("with CAP_SYS_RESOURCE only the kernel's most open files are a limit") {
  const HostLimits host = limits_of(kLimits, "CapBnd:\t000001ffffffffff\n", 1'048'576);
  CHECK(host.missing_capabilities.empty());
  CHECK(host.ulimits == std::map<std::string, std::int64_t>{{"nofile", 1'048'576}});
}

TEST_CASE("Docker says what its control groups can't bound") {
  CHECK(missing_controls_of({{"MemoryLimit", true}, {"SwapLimit", true}, {"CpuCfsQuota", true}, {"CgroupVersion", "1"}}).empty());
  CHECK(missing_controls_of({{"MemoryLimit", true}, {"SwapLimit", false}, {"CpuCfsQuota", false}, {"CgroupVersion", "2"}}) ==
        std::set<std::string>{"cpu", "swap", "swappiness"});
  CHECK(missing_controls_of({{"MemoryLimit", false}}) == std::set<std::string>{"memory", "swap"});
  CHECK(missing_controls_of(Json::object()).empty());
}

TEST_CASE("what can't be read is allowed") {
  CHECK(limits_of("", "", 0) == HostLimits{});
  CHECK(limits_of(kLimits, "CapBnd:\tnonsense\n", 0) == HostLimits{});
  CHECK(probe_host("tcp://127.0.0.1:1") == HostLimits{});
  CHECK(probe_host("unix:///no/such/socket") == HostLimits{});
}

}  // namespace
}  // namespace berth::engine::docker
