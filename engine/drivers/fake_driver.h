#pragma once

#include "engine/drivers/fake_world.h"

namespace berth::engine {

/// The driver of a FakeWorld: scripted containers on the caller's clock (`tick`). The world must outlive it; one driver at a
/// time. Destroying it is the engine's crash: queued operations are forgotten, begun ones go on as `FakeWorld::at_crash` says.
class FakeDriver final : public ContainerDriver {
 public:
  explicit FakeDriver(FakeWorld& world);
  ~FakeDriver() override;
  FakeDriver(const FakeDriver&) = delete;
  FakeDriver& operator=(const FakeDriver&) = delete;

  void submit(Operation operation) override;
  [[nodiscard]] News poll() override;
  [[nodiscard]] Result<std::vector<ContainerState>> list() override;
  [[nodiscard]] Result<std::vector<LogLine>> logs(const LogQuery& query) override;
  [[nodiscard]] Capacity capacity() const override;
  void on_news(std::function<void()> wake) override;
  void tick(Timestamp now) override;
  [[nodiscard]] std::optional<Timestamp> next_tick() const override;

 private:
  FakeWorld& world_;
};

}  // namespace berth::engine
