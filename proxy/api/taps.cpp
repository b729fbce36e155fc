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

void ResponseTap::begin(const UsageReader& reader, const http::Head& head,
                        std::uint64_t capture) noexcept {
  const std::string_view content_type = head.value(FieldId::content_type);
  is_stream_ = http::is_event_stream(content_type);
  if (is_stream_) counts_.open_streams.add();
  meter_.begin(reader, patterns_, content_type, content_codings(head).view(), capture);
}

}  // namespace llmgw::proxy
