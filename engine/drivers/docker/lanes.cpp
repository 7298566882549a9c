#include "engine/drivers/docker/lanes.h"

namespace berth::engine::docker {

Lanes::Lanes(int workers, std::function<std::unique_ptr<Client>()> make_client) {
  for (int i = 0; i < workers; ++i) threads_.emplace_back([this, make_client] { work(make_client); });
}

Lanes::~Lanes() { end(); }

void Lanes::end() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

void Lanes::post(const std::string& name, Step step) {
  std::lock_guard lock(mutex_);
  auto [lane, is_new] = lanes_.try_emplace(name);
  lane->second.steps.push_back(std::move(step));
  if (is_new) make_ready(name, lane->second);
}

void Lanes::wake(const std::string& name) {
  std::lock_guard lock(mutex_);
  auto lane = lanes_.find(name);
  if (lane == lanes_.end()) return;
  if (lane->second.state == Lane::State::running) lane->second.woken = true;
  if (lane->second.state != Lane::State::parked) return;
  auto [first, last] = parked_.equal_range(lane->second.until);
  for (auto entry = first; entry != last; ++entry) {
    if (entry->second != name) continue;
    parked_.erase(entry);
    break;
  }
  make_ready(name, lane->second);
}

void Lanes::make_ready(const std::string& name, Lane& lane) {
  lane.state = Lane::State::ready;
  ready_.push_back(name);
  changed_.notify_one();
}

void Lanes::ready_the_due() {
  auto now = std::chrono::steady_clock::now();
  while (!parked_.empty() && parked_.begin()->first <= now) {
    auto name = parked_.begin()->second;
    parked_.erase(parked_.begin());
    make_ready(name, lanes_.at(name));
  }
}

void Lanes::work(const std::function<std::unique_ptr<Client>()>& make_client) {
  auto client = make_client();
  std::unique_lock lock(mutex_);
  while (!ending_) {
    ready_the_due();
    if (ready_.empty()) {
      if (parked_.empty())
        changed_.wait(lock);
      else
        changed_.wait_until(lock, Time(parked_.begin()->first));
      continue;
    }
    auto name = ready_.front();
    ready_.pop_front();
    run_one(name, *client, lock);
  }
}

void Lanes::run_one(const std::string& name, Client& client, std::unique_lock<std::mutex>& lock) {
  auto& lane = lanes_.at(name);
  lane.state = Lane::State::running;
  lane.woken = false;
  auto step = std::move(lane.steps.front());
  lock.unlock();
  auto again = step(client);
  lock.lock();
  if (!again) {
    lane.steps.pop_front();
    if (lane.steps.empty())
      lanes_.erase(name);
    else
      make_ready(name, lane);
    return;
  }
  lane.steps.front() = std::move(step);
  if (lane.woken) return make_ready(name, lane);
  lane.state = Lane::State::parked;
  lane.until = *again;
  parked_.emplace(*again, name);
  // Somebody who waits for a later time has to look again.
  changed_.notify_one();
}

}  // namespace berth::engine::docker
