// SPDX-License-Identifier: MIT
// What looks at the bodies of one exchange on their way.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>

#include "proxy/api/call.hpp"
#include "proxy/api/context.hpp"
#include "proxy/metering/request_scanner.hpp"
#include "proxy/metering/response_meter.hpp"
#include "proxy/provider/registry.hpp"
#include "proxy/upstream/reframe.hpp"

namespace llmgw::proxy {

/// Finds out what the client asked for.
class RequestTap final : public Tap {
 public:
  /// `is_routed`: what is asked for decides where the request goes, so all of it is looked at; as
  /// it is where callers may be under limits.
  RequestTap(Context& context, bool is_routed) noexcept
      : RequestTap(context, is_routed, context.limits.callers != nullptr) {}
  void observe(std::string_view payload) noexcept override {
    if (looks_) scanner_.observe(payload);
    if (texts_ != nullptr) keep(payload);
    digest_.update(payload);
  }
  /// What is observed is kept there, and so may be what comes of it.
  void keep_text(std::unique_ptr<HeldTexts> texts) noexcept { texts_ = std::move(texts); }
  /// Null: nothing is kept.
  HeldTexts* texts() noexcept { return texts_.get(); }
  const RequestScanner& scanner() const noexcept { return scanner_; }
  /// See RequestScanner.
  void note_model(std::string_view model) noexcept { scanner_.note_model(model); }
  /// Of what was observed. Call it once.
  DigestText digest() noexcept { return digest_.finish(); }

 private:
  RequestTap(Context& context, bool is_routed, bool is_counted) noexcept
      : scanner_(context.request_patterns,
                 is_counted ? *client_dialect().counted_requests : client_dialect().requests,
                 is_routed || is_counted),
        digest_(context.digest_key.get()),
        looks_(is_routed || is_counted || context.config.capture_bytes > 0) {}
  void keep(std::string_view payload) noexcept;

  RequestScanner scanner_;
  std::unique_ptr<HeldTexts> texts_;
  PayloadDigest digest_;
  bool looks_;
};

/// Finds the usage in the answer, and the moment of its first byte.
class ResponseTap final : public Tap {
 public:
  ResponseTap(Context& context, Call& call) noexcept
      : context_(context), call_(call), digest_(context.digest_key.get()) {}
  ResponseTap(const ResponseTap&) = delete;
  ResponseTap& operator=(const ResponseTap&) = delete;
  ~ResponseTap() {
    if (is_stream_) context_.counts.open_streams.subtract();
  }

  /// The head of the answer to be passed on; of other answers nothing is observed. `texts`: takes
  /// its text, and outlives this; null: nobody does.
  void begin(const UsageReader& reader, const http::ResponseHead& head, HeldTexts* texts) noexcept;
  void observe(std::string_view payload) noexcept override {
    if (bytes_ == 0) call_.note_first_byte(Call::Clock::now());
    bytes_ += payload.size();
    meter_.observe(payload);
    // A document that told its usage at once, as nearly all do, is not kept.
    if (HeldText* const text = meter_.text(); text != nullptr && meter_.is_document_without_usage())
      text->append(payload);
    digest_.update(payload);
    note_tail(payload);
  }
  bool is_stream() const noexcept { return is_stream_; }
  /// Whether the last that was observed says that nothing follows. Some clients leave then, and do
  /// not wait for the end of the body.
  bool is_ended() const noexcept {
    return is_stream_ && std::string_view(tail_.data(), tail_.size()) == done;
  }
  std::uint64_t bytes() const noexcept { return bytes_; }
  bool awaits_usage() const noexcept { return meter_.awaits_usage(); }
  bool lacks_usage() const noexcept { return !meter_.has_whole_usage(); }
  bool has_whole_usage() const noexcept { return meter_.has_whole_usage(); }
  bool has_sums() const noexcept { return meter_.has_sums(); }
  ResponseFacts finish() noexcept { return meter_.finish(); }
  /// Of what was observed. Call it once.
  DigestText digest() noexcept { return digest_.finish(); }

 private:
  static constexpr std::string_view done = "[DONE]\n\n";

  void note_tail(std::string_view payload) noexcept {
    if (payload.size() >= tail_.size()) {
      std::memcpy(tail_.data(), payload.data() + payload.size() - tail_.size(), tail_.size());
      return;
    }
    std::rotate(tail_.begin(), tail_.begin() + static_cast<std::ptrdiff_t>(payload.size()),
                tail_.end());
    std::copy(payload.begin(), payload.end(),
              tail_.end() - static_cast<std::ptrdiff_t>(payload.size()));
  }

  Context& context_;
  Call& call_;
  // What each span needs lies together.
  std::uint64_t bytes_ = 0;
  bool is_stream_ = false;
  std::array<char, done.size()> tail_{};  // of what was observed
  PayloadDigest digest_;
  ResponseMeter meter_;
};

}  // namespace llmgw::proxy
