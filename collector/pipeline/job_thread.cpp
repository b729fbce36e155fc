// SPDX-License-Identifier: MIT
// A pool of one thread.
#include "collector/pipeline/job_thread.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <utility>

namespace llmgw::collector {

JobThread::JobThread() : pool_(std::make_unique<boost::asio::thread_pool>(1)) {}

JobThread::~JobThread() { pool_->join(); }

void JobThread::submit(std::function<void()> job) { boost::asio::post(*pool_, std::move(job)); }

}  // namespace llmgw::collector
