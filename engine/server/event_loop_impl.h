#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include "engine/server/event_loop.h"

namespace berth::engine {

struct EventLoop::Impl {
  explicit Impl(int worker_count) : timer(context), signals(context), workers(static_cast<std::size_t>(worker_count)) {}
  boost::asio::io_context context{1};
  boost::asio::steady_timer timer;
  boost::asio::signal_set signals;
  boost::asio::thread_pool workers;
};

}  // namespace berth::engine
