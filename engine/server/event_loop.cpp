#include "engine/server/event_loop.h"

#include <boost/asio/post.hpp>
#include <csignal>

#include "engine/server/event_loop_impl.h"

namespace berth::engine {

namespace asio = boost::asio;

EventLoop::EventLoop(int workers) : impl_(std::make_unique<Impl>(workers)) {}

EventLoop::~EventLoop() { stop_workers(); }

void EventLoop::stop_workers() {
  impl_->workers.stop();
  impl_->workers.join();
}

void EventLoop::run() {
  const auto work = asio::make_work_guard(impl_->context);
  impl_->context.run();
}

void EventLoop::stop() { impl_->context.stop(); }
void EventLoop::post(std::function<void()> work) { asio::post(impl_->context, std::move(work)); }
void EventLoop::background(std::function<void()> work) { asio::post(impl_->workers, std::move(work)); }

void EventLoop::set_timer(Milliseconds delay, std::function<void()> work) {
  impl_->timer.expires_after(delay);
  impl_->timer.async_wait([work = std::move(work)](const boost::system::error_code& cancelled) {
    if (!cancelled) work();
  });
}

void EventLoop::on_terminate(std::function<void()> work) {
  impl_->signals.add(SIGTERM);
  impl_->signals.add(SIGINT);
  impl_->signals.async_wait([work = std::move(work)](const boost::system::error_code& cancelled, int) {
    if (!cancelled) work();
  });
}

}  // namespace berth::engine
