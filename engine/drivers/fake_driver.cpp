#include "engine/drivers/fake_driver.h"

namespace berth::engine {

FakeDriver::FakeDriver(FakeWorld& world) : world_(world) { world_.attach(); }
FakeDriver::~FakeDriver() { world_.detach(); }

void FakeDriver::submit(Operation operation) { world_.submit(std::move(operation)); }
ContainerDriver::News FakeDriver::poll() { return world_.take_news(); }
Result<std::vector<ContainerState>> FakeDriver::list() { return world_.list(); }
Result<std::vector<LogLine>> FakeDriver::logs(const LogQuery& query) { return world_.read_logs(query); }
Capacity FakeDriver::capacity() const { return world_.capacity(); }
void FakeDriver::on_news(std::function<void()> wake) { world_.set_wake(std::move(wake)); }
void FakeDriver::tick(Timestamp now) { world_.advance(now); }
std::optional<Timestamp> FakeDriver::next_tick() const { return world_.next_due(); }

}  // namespace berth::engine
