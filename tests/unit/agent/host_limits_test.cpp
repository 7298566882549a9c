#include "engine/agent/host_limits.h"

#include <catch2/catch.hpp>

namespace berth::engine {
namespace {

HostLimits small_host() {
  HostLimits host;
  host.ulimits = {{"nofile", 20'000}};
  host.missing_capabilities = {"SYS_RESOURCE"};
  host.granted_capabilities = {"CHOWN", "NET_ADMIN"};
  return host;
}

TEST_CASE("what the machine allows is left as it is") {
  ContainerSpec spec;
  spec.ulimits = {{"nofile", 1024, 20'000}, {"nproc", -1, -1}};
  spec.capabilities_add = {"NET_ADMIN"};
  const ContainerSpec before = spec;
  CHECK(fit_to_host(spec, small_host()).empty());
  CHECK(spec == before);
  CHECK(fit_to_host(spec, HostLimits{}).empty());
  CHECK(spec == before);
}

TEST_CASE("ulimits above the machine's become the machine's") {
  ContainerSpec spec;
  spec.ulimits = {{"nofile", 1024, 65'536}};
  CHECK(fit_to_host(spec, small_host()) == std::vector<std::string>{"ulimit nofile 65536 is 20000: this machine allows no more"});
  CHECK(spec.ulimits == std::vector<UlimitSpec>{{"nofile", 1024, 20'000}});
  spec.ulimits = {{"nofile", -1, -1}};
  CHECK(fit_to_host(spec, small_host()) == std::vector<std::string>{"ulimit nofile unlimited is 20000: this machine allows no more"});
  CHECK(spec.ulimits == std::vector<UlimitSpec>{{"nofile", 20'000, 20'000}});
}

TEST_CASE("capabilities that the machine has not are left out") {
  ContainerSpec spec;
  spec.capabilities_add = {"SYS_RESOURCE", "NET_ADMIN"};
  CHECK(fit_to_host(spec, small_host()) == std::vector<std::string>{"the capability SYS_RESOURCE is left out: this machine can not give it"});
  CHECK(spec.capabilities_add == std::vector<std::string>{"NET_ADMIN"});
  spec.capabilities_add = {"ALL"};
  CHECK(fit_to_host(spec, small_host()) == std::vector<std::string>{"the capability ALL is all but SYS_RESOURCE: this machine can not give more"});
  CHECK(spec.capabilities_add == std::vector<std::string>{"CHOWN", "NET_ADMIN"});
}

}  // namespace
}  // namespace berth::engine
