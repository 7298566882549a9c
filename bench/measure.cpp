#include "bench/measure.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace berth::bench {

Cost cost_of(const std::function<bool()>& work) {
  int channel[2];
  if (pipe(channel) != 0) return {};
  const pid_t pid = fork();
  if (pid < 0) return {};
  if (pid == 0) {
    Cost cost;
    cost.seconds = seconds_of([&] { cost.ok = work(); });
    const bool told = write(channel[1], &cost, sizeof(cost)) == static_cast<ssize_t>(sizeof(cost));
    _exit(told ? 0 : 1);
  }
  close(channel[1]);
  Cost cost;
  const bool heard = read(channel[0], &cost, sizeof(cost)) == static_cast<ssize_t>(sizeof(cost));
  close(channel[0]);
  int status = 0;
  rusage usage{};
  wait4(pid, &status, 0, &usage);
  if (!heard) return {};
  constexpr double kKibibytesInMebibyte = 1024;
  cost.peak_mebibytes = static_cast<double>(usage.ru_maxrss) / kKibibytesInMebibyte;
  return cost;
}

}  // namespace berth::bench
