// SPDX-License-Identifier: MIT
// Reading a head that may arrive in pieces.
#include "proxy/http/head_reader.hpp"

namespace llmgw::http {

Task<Result<HeadBytes>> HeadReader::read(ByteStream& stream, std::chrono::milliseconds first_byte,
                                         std::chrono::milliseconds whole) {
  if (gathered_.capacity() > 0) std::string().swap(gathered_);
  begun_ = false;
  HeadScanner scanner;
  if (first_byte.count() > 0) stream.read_expires_after(first_byte);
  for (;;) {
    const auto bytes = co_await stream.read();
    if (bytes.has_error()) {
      const bool cut = begun_ && bytes.error() == errc::connection_closed;
      co_return cut ? make_error_code(errc::malformed_message) : bytes.error();
    }
    if (!std::exchange(begun_, true)) {
      begun_at_ = Deadline::Clock::now();
      if (whole.count() > 0) stream.read_expires_after(whole);
    }
    std::string_view all = *bytes;
    if (!gathered_.empty()) all = gathered_.append(all);
    const auto size = scanner.scan(all);
    if (size.has_error()) co_return size.error();
    if (*size) {
      co_return HeadBytes{all.substr(0, **size), all.substr(**size)};
    }
    if (gathered_.empty()) gathered_.assign(all);
  }
}

}  // namespace llmgw::http
