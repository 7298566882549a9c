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

TEST_CASE("what control groups can't bound is left out") {
  HostLimits host;
  host.missing_controls = {"swappiness"};
  ContainerSpec spec;
  spec.memory_bytes = 64;
  spec.swap_bytes = 32;
  spec.swappiness = 10;
  spec.cpu_quota_units = 256;
  CHECK(fit_to_host(spec, host) == std::vector<std::string>{"swappiness is left out: this machine's control groups can not keep it"});
  CHECK(spec.memory_bytes == 64);
  CHECK(spec.swap_bytes == 32);
  CHECK_FALSE(spec.swappiness);
  host.missing_controls = {"memory", "swap", "swappiness", "cpu"};
  CHECK(fit_to_host(spec, host).size() == 3);
  CHECK(spec == ContainerSpec{});
}

TEST_CASE("a container that asks for nothing that the machine lacks has nothing to fit") {
  HostLimits host;
  host.missing_controls = {"swap", "swappiness"};
  api::ContainerDefinition container;
  CHECK_FALSE(may_exceed_host(container, host));
  container.linux_parameters.emplace();
  CHECK_FALSE(may_exceed_host(container, host));
  container.linux_parameters->swappiness = 10;
  CHECK(may_exceed_host(container, host));
  CHECK_FALSE(may_exceed_host(container, HostLimits{}));
  host.missing_controls = {"cpu"};
  CHECK(may_exceed_host(api::ContainerDefinition{}, host));
}

}  // namespace
}  // namespace berth::engine
