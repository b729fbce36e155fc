// SPDX-License-Identifier: MIT
// Codings, tags and the fields that keep other pages out.
#include "collector/query/page.hpp"

#include <vector>

#include "common/coding/compression.hpp"

namespace llmgw::collector {
namespace {

// Nothing but what comes from here, no code and no style in the document itself, no frame around
// it.
constexpr std::string_view policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

constexpr std::array<std::string_view, 3> names{"", "gzip", "br"};

}  // namespace

Task<void> send_page_file(http::EndpointExchange& exchange, const PageFile& file) {
  const http::EndpointHead& head = exchange.head();
  const PageCoding coding = page_coding(head.value("Accept-Encoding"));
  const std::string_view name = names[static_cast<std::size_t>(coding)];
  const std::string tag = "\"" + std::string(file.digest) + std::string(name) + "\"";
  std::vector<http::OutField> fields{
      {"Content-Type", file.type},
      {"Cache-Control", file.is_for_ever() ? "public, max-age=31536000, immutable" : "no-cache"},
      {"ETag", tag},
      {"Vary", "Accept-Encoding"},
      {"Content-Security-Policy", policy},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
      {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
  };
  if (!name.empty()) fields.push_back({"Content-Encoding", name});
  if (names_tag(head.value("If-None-Match"), tag)) {
    co_await exchange.reply(304, fields, {});
    co_return;
  }
  Result<std::string> plain = std::string();
  if (coding == PageCoding::identity) plain = decompress(ContentCoding::gzip, file.gzip, file.size);
  const std::string_view body = coding == PageCoding::brotli ? file.brotli
                                : coding == PageCoding::gzip ? file.gzip
                                                             : std::string_view(plain.value());
  co_await exchange.reply(200, fields, body);
}

}  // namespace llmgw::collector
