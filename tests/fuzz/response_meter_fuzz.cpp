// SPDX-License-Identifier: MIT
// All of the response meter: the same facts however a body is cut, and of event streams those that
// a full parse of each event gives.
#include "proxy/metering/response_meter.hpp"

#include "proxy/provider/openai/usage_reader.hpp"
#include "tests/fuzz/json_reference.hpp"
#include "tests/fuzz/pieces.hpp"
#include "tests/fuzz/sse_reference.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::string_view types[] = {"text/event-stream", "application/json", ""};

struct Facts {
  Usage usage;
  std::string model;
  std::string finish_reason;
  std::string service_tier;
  bool failed = false;
  std::optional<std::uint64_t> chunks;
  std::optional<std::uint64_t> bytes;
  bool operator==(const Facts&) const = default;
};

Facts facts_of(ResponseMeter& meter) {
  const ResponseFacts facts = meter.finish();
  return {facts.usage,
          std::string(facts.model.view()),
          std::string(facts.finish_reason.view()),
          std::string(facts.service_tier.view()),
          facts.error_event,
          facts.stream_chunks,
          facts.output_bytes};
}

// The rules of an event stream once more, over what a full parse found.
class Reference {
 public:
  // False where an event is not JSON: what is found in it then is the scanner's own affair.
  bool read(std::string_view stream) {
    const fuzz::StreamParts parts = fuzz::read_event_stream(stream);
    for (const std::string& name : parts.names) fail_if(openai_usage_reader.tells_failure(name));
    for (const std::string& event : parts.events) {
      if (event == "[DONE]") continue;
      const auto first = event.find_first_not_of(" \t\r\n");
      if (first == event.npos || (event[first] != '{' && event[first] != '[')) continue;
      const fuzz::Document document = fuzz::read_document(event, openai_usage_reader.reply);
      if (!document.is_sound) return false;
      holds_text_ = true;
      for (const fuzz::Found& found : document.found) note(found);
    }
    facts_.usage = with_total(openai_usage_reader.usage(has_count_ ? counts_ : lesser_counts_));
    return true;
  }
  const Facts& facts() const { return facts_; }

 private:
  void fail_if(bool failed) { facts_.failed = facts_.failed || failed; }
  void note(const fuzz::Found& found) {
    const bool is_text = found.kind == JsonKind::text && !found.text.empty();
    switch (found.tag) {
      case reply_tag::model:
        if (is_text && facts_.model.empty()) facts_.model = found.text;
        return;
      case reply_tag::finish_reason:
        if (is_text) facts_.finish_reason = BoundedString<max_event_name>(found.text).view();
        return;
      case reply_tag::service_tier:
        if (is_text && facts_.service_tier.empty())
          facts_.service_tier = BoundedString<max_event_word>(found.text).view();
        return;
      case reply_tag::error:
        return fail_if(found.kind == JsonKind::object || found.kind == JsonKind::array ||
                       found.kind == JsonKind::yes || is_text ||
                       (found.kind == JsonKind::number && found.count != 0));
      case reply_tag::event_name:
        if (found.kind != JsonKind::text) return;
        fail_if(openai_usage_reader.tells_failure(found.text));
        holds_text_ = openai_usage_reader.holds_text(found.text);
        return;
      case reply_tag::text:
        if (found.kind != JsonKind::text || !holds_text_ || found.text == "0") return;
        ++*facts_.chunks;
        *facts_.bytes += std::stoull(found.text);
        return;
      default:
        if (!found.count) return;
        if (found.tag >= reply_tag::first_lesser_count)
          return lesser_counts_.set(found.tag - reply_tag::first_lesser_count, *found.count);
        has_count_ = true;
        counts_.set(found.tag - reply_tag::first_count, *found.count);
    }
  }

  Facts facts_{{}, "", "", "", false, 0, 0};
  CountSlots counts_;
  CountSlots lesser_counts_;
  bool has_count_ = false;
  bool holds_text_ = true;
};

}  // namespace
}  // namespace llmgw::proxy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace llmgw;
  const fuzz::Input input(data, size);
  const std::string_view type = proxy::types[input.seed % 3];
  JsonPatterns patterns;
  const auto facts_of = [&](auto show) {
    proxy::ResponseMeter meter;
    meter.begin(proxy::openai_usage_reader, patterns, type, "", 1 << 20);
    show(meter);
    return proxy::facts_of(meter);
  };
  const auto show_whole = [&](auto& meter) { meter.observe(input.text); };
  const proxy::Facts facts = facts_of(show_whole);
  fuzz::require(facts_of(show_whole) == facts);  // of documents that are known by now
  fuzz::require(facts_of([&](auto& meter) {
                  fuzz::in_pieces(input.text, input.seed,
                                  [&](std::string_view piece) { meter.observe(piece); });
                }) == facts);
  // An escape in a name would be one more thing that the reference undoes and the meter does not.
  if (type != proxy::types[0] || input.text.find('\\') != input.text.npos) return 0;
  proxy::Reference reference;
  if (reference.read(input.text)) fuzz::require(reference.facts() == facts);
  return 0;
}
