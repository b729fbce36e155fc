// SPDX-License-Identifier: MIT
// Reading: what was kept for later, what came just now, decrypted where it has to be.
#include <utility>

#include "common/net/byte_stream.hpp"

namespace llmgw {

// Bytes that came out of handed_out_ are not copied: many small messages may have come in one span.
void ByteStream::unread(std::string_view bytes) {
  if (bytes.empty()) return;
  const std::size_t rest = handed_out_.size() - again_from_;
  if (kept_.empty() && rest == 0 && bytes.size() <= handed_out_.size() &&
      bytes.data() == handed_out_.data() + (handed_out_.size() - bytes.size())) {
    again_from_ = handed_out_.size() - bytes.size();
    return;
  }
  kept_.insert(0, handed_out_, again_from_, rest);
  again_from_ = handed_out_.size();
  kept_.insert(0, bytes);
}

bool ByteStream::prepare_read() {
  if (again_from_ < handed_out_.size()) {
    ready_ = std::string_view(handed_out_).substr(again_from_);
    again_from_ = handed_out_.size();
    return true;
  }
  if (!kept_.empty()) {
    handed_out_.swap(kept_);
    kept_.clear();
    ready_ = handed_out_;
    again_from_ = handed_out_.size();
    return true;
  }
  if (handed_out_.capacity() > small_receive) std::string().swap(handed_out_);
  again_from_ = handed_out_.size();
  if (tls_ != nullptr && decrypt_some()) return true;
  return fault_ != errc::ok;
}

void ByteStream::await_read(std::coroutine_handle<> reader) {
  reader_ = reader;
  if (!receive_wait_.is_waiting()) arm_receive();
}

Result<std::string_view> ByteStream::take_read() noexcept {
  const bool is_late = std::exchange(patience_, Patience::left) == Patience::over;
  if (!ready_.empty()) return std::exchange(ready_, {});
  if (is_late && fault_ == errc::ok) return errc::timed_out;
  // Without close_notify anybody on the way may have cut the stream (RFC 9112 section 9.8).
  const bool is_cut = fault_ == errc::connection_closed && tls_ && !tls_->has_received_close();
  return is_cut ? errc::connection_reset : fault_;
}

// The end of a wait for bytes. Whoever is resumed or told may destroy this stream:
// nothing follows that.
void ByteStream::received(errc fault, std::string_view bytes) {
  if (fault != errc::ok && fault != errc::cancelled && fault_ == errc::ok) fault_ = fault;
  if (reader_) {
    const bool offered = !bytes.empty() && offer(bytes);
    if (offered || fault_ != errc::ok || patience_ == Patience::over) {
      std::exchange(reader_, {}).resume();
    } else {
      arm_receive();  // half a TLS record
    }
    return;
  }
  if (!bytes.empty()) keep_for_later(bytes);
  watch(listener_);
}

// With nobody reading, little is taken at a time, because it has to be copied.
std::span<char> ByteStream::receive_space() noexcept {
  return reader_ ? loop_.receive_buffer() : loop_.receive_buffer().first(small_receive);
}

// True if there is something to say to the reader: bytes in ready_.
bool ByteStream::offer(std::string_view bytes) {
  if (tls_ == nullptr) {
    ready_ = bytes;
    return true;
  }
  tls_->feed(bytes);
  return decrypt_some();
}

bool ByteStream::decrypt_some() {
  const auto buffer = loop_.decrypt_buffer();
  const Result<std::size_t> count = tls_->decrypt(buffer);
  if (count.has_value()) {
    ready_ = {buffer.data(), *count};
  } else if (fault_ == errc::ok) {
    fault_ = errc_of(count.error());
  }
  send_owed();
  return !ready_.empty();
}

// A key update or an alert, which the peer is to have.
void ByteStream::send_owed() {
  if (tls_->output().empty()) return;
  iovec piece{tls_->output().data(), tls_->output().size()};
  send_plain({&piece, 1});
  tls_->output().clear();
}

void ByteStream::keep_for_later(std::string_view bytes) {
  for (bool more = offer(bytes); more; more = tls_ != nullptr && decrypt_some()) {
    kept_.append(std::exchange(ready_, {}));
  }
}

Task<Result<void>> ByteStream::start_tls(TlsContext& context, const std::string& host) {
  auto engine = std::make_unique<TlsEngine>(context, host);
  for (;;) {
    const auto step = engine->handshake();
    Gather& pieces = loop_.gather();
    pieces.add(engine->output());
    const Result<void> sent = co_await write(pieces);
    engine->output().clear();
    if (step.has_error() || sent.has_error()) {
      tls_ = std::move(engine);
      co_return step.has_error() ? step.error() : sent.error();
    }
    if (*step == TlsEngine::Progress::done) break;
    const auto bytes = co_await read();
    if (bytes.has_error()) co_return bytes.error();
    engine->feed(*bytes);
  }
  tls_ = std::move(engine);
  co_return Result<void>();
}

}  // namespace llmgw
