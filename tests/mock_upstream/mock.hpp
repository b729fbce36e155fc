// SPDX-License-Identifier: MIT
// Mock: answers requests as a model provider would, or as badly as a test asks for.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <unordered_map>

#include "common/http/endpoint_server.hpp"
#include "tests/mock_upstream/answer_writer.hpp"
#include "tests/mock_upstream/billing.hpp"
#include "tests/mock_upstream/call.hpp"
#include "tests/mock_upstream/gates.hpp"
#include "tests/mock_upstream/recorder.hpp"
#include "tests/mock_upstream/visit.hpp"

namespace llmgw::mock {

/// What the threads of one process share.
struct Shared {
  Recorder recorder;
  Gates gates;
  Billing billing;
  std::string
      wanted_key;  ///< the one credential that is good; empty: any. Set before any thread starts
  Behaviour of_models;  ///< of lists of models, where the request says nothing; set then, too
  std::atomic<std::uint64_t> calls = 0;
  std::atomic<std::uint64_t> connections = 0;

  /// The running number of this attempt under `key`, from 1.
  unsigned count_attempt(const std::string& key) {
    const std::lock_guard lock(mutex_);
    return ++attempts_[key];
  }

 private:
  std::mutex mutex_;
  std::map<std::string, unsigned> attempts_;
};

/// The handler of one loop's server.
class Mock final : public http::EndpointHandler {
 public:
  explicit Mock(Shared& shared) noexcept : shared_(shared) {}

  Task<void> handle(http::EndpointExchange& exchange) override;
  Task<void> refuse(http::EndpointExchange& exchange, errc fault) override;

 private:
  Task<void> release(http::EndpointExchange& exchange);
  Task<void> converse(http::EndpointExchange& exchange, Visit& visit);
  Task<bool> answer(http::EndpointExchange& exchange, Visit& visit, const Call& call,
                    const Json& body);
  Task<bool> give(const http::EndpointHead& head, AnswerWriter& writer, Visit& visit,
                  const Call& call, const Json& body);
  Task<bool> succeed(const http::EndpointHead& head, AnswerWriter& writer, Visit& visit,
                     const Call& call, const Json& body);
  Task<bool> succeed_natively(const http::EndpointHead& head, AnswerWriter& writer, Visit& visit,
                              const Call& call, const Json& body);
  Task<bool> stream(AnswerWriter& writer, Visit& visit, const Call& call);
  std::uint64_t number_of(const http::EndpointExchange& exchange);

  Shared& shared_;
  std::unordered_map<std::uint64_t, std::uint64_t> connections_;  // of all threads, by our own
};

}  // namespace llmgw::mock
