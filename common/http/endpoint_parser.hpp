// SPDX-License-Identifier: MIT
// EndpointParser: Boost.Beast's parser of requests, held to what can be read in one way only.
#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <string>

#include "common/error.hpp"
#include "common/http/body_budget.hpp"
#include "common/http/endpoint_head.hpp"

namespace llmgw::http {

/// Reads one request's head, and its body where that is chunked. What Beast lets pass and RFC 9112
/// forbids or leaves to the recipient is refused here: folded lines, several lengths, codings other
/// than chunked alone, doubtful targets and hosts. Does no I/O.
class EndpointParser final : public boost::beast::http::basic_parser<true> {
 public:
  EndpointParser();

  /// Takes what it can of the head off `buffer`; empty lines before it are skipped. True once the
  /// head is whole. errc::malformed_message, unsupported_coding, unsupported_method (CONNECT),
  /// head_too_large, target_too_long.
  Result<bool> take_head(boost::beast::flat_buffer& buffer);
  const EndpointHead& head() const noexcept { return head_; }

  /// Where the payload of a chunked body goes, at most `most` bytes of it; `share` may be nullptr.
  void collect(std::string& body, std::size_t most, BodyShare* share) noexcept;
  /// Takes what it can of a chunked body off `buffer`. True once it is whole, its trailers skipped.
  /// errc::malformed_message, body_too_large, overloaded where the budget has no more.
  Result<bool> take_chunks(boost::beast::flat_buffer& buffer);

  /// A chunk-size line with its extensions.
  static constexpr std::size_t most_line = 4 * 1024;
  /// The trailers, and whatever makes no sense yet.
  static constexpr std::size_t most_unread = 16 * 1024;
  /// Framing of one body beyond 16 bytes a chunk and twice its payload: many small chunks with long
  /// extensions (CVE-2023-39326).
  static constexpr std::size_t most_overhead = 16 * 1024;

 private:
  using Code = boost::system::error_code;
  using Text = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb known, Text method, Text target, int version,
                       Code& fault) override;
  void on_response_impl(int /*status*/, Text /*reason*/, int /*version*/, Code& /*fault*/) override;
  void on_field_impl(boost::beast::http::field known, Text name, Text value, Code& fault) override;
  void on_header_impl(Code& fault) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& /*length*/,
                         Code& /*fault*/) override {}
  std::size_t on_body_impl(Text bytes, Code& fault) override;
  void on_chunk_header_impl(std::uint64_t size, Text extensions, Code& fault) override;
  std::size_t on_chunk_body_impl(std::uint64_t left, Text bytes, Code& fault) override;
  void on_finish_impl(Code& /*fault*/) override {}

  errc settle();

  EndpointHead head_;
  std::size_t size_ = 0;  // of the head so far
  std::string* body_ = nullptr;
  std::size_t most_ = 0;
  BodyShare* share_ = nullptr;
  std::size_t overhead_ = 0;  // see most_overhead
  std::uint64_t allowed_ = 0;
};

}  // namespace llmgw::http
