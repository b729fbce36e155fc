// SPDX-License-Identifier: MIT
// From the fields of an answer to what metering must know of its body.
#include "proxy/api/taps.hpp"

#include "proxy/http/media_type.hpp"

namespace llmgw::proxy {
namespace {

using http::FieldId;

// Several lines of a list are one list (RFC 9110 section 5.2). One that is longer than any use of
// it is cut, and then names no coding that is known.
BoundedString<128> content_codings(const http::Head& head) noexcept {
  BoundedString<128> all;
  for (const http::Field& each : head.fields) {
    if (each.id != FieldId::content_encoding) continue;
    if (!all.empty()) all.append(",");
    all.append(each.value);
  }
  return all;
}

}  // namespace

// Text of a model that no tokenizer is public of would be held for nothing, and so would a body
// that is none of JSON.
void RequestTap::keep(std::string_view payload) noexcept {
  const std::string_view model = scanner_.facts().model.view();
  HeldText& text = texts_->request;
  const bool is_json = text.size() > 0 || payload.front() == '{';
  if (is_json && !model.starts_with("claude") && !model.starts_with("gemini"))
    return text.append(payload);
  for (HeldText* const each : {&text, &texts_->answer}) each->clear();
}

void ResponseTap::begin(const UsageReader& reader, const http::ResponseHead& head,
                        HeldTexts* texts) noexcept {
  const std::string_view content_type = head.value(FieldId::content_type);
  is_stream_ = http::is_event_stream(content_type);
  if (is_stream_) context_.counts.open_streams.add();
  meter_.begin(reader, context_.response_patterns, content_type, content_codings(head).view(),
               context_.config.capture_bytes);
  if (texts == nullptr || !texts->request.is_begun() || head.status >= 300) return;
  context_.desk->hold_answer(*texts);
  meter_.keep_text(texts->answer);
}

}  // namespace llmgw::proxy
