// SPDX-License-Identifier: MIT
// TLS for outgoing connections without sockets: ciphertext in, plaintext out and the reverse.
#pragma once

#include <sys/uio.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.hpp"

using SSL = struct ssl_st;
using SSL_CTX = struct ssl_ctx_st;
using SSL_SESSION = struct ssl_session_st;

namespace llmgw {

/// What all TLS connections from one loop to one host share: trust, protocol limits and sessions to
/// resume. Belongs to one thread. Outlives its connections.
class TlsContext {
 public:
  /// `ca_pem`: certificates in PEM form trusted besides the system store, or empty.
  /// Fails with errc::invalid_setting when the text holds no certificate.
  static Result<std::unique_ptr<TlsContext>> make(std::string_view ca_pem);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  /// Handshakes that were resumed, out of all that succeeded.
  struct Counts {
    std::uint64_t handshakes = 0;
    std::uint64_t resumed = 0;
  };
  const Counts& counts() const noexcept { return counts_; }

 private:
  friend class TlsEngine;
  explicit TlsContext(SSL_CTX* context) noexcept : context_(context) {}
  static int keep_session(SSL* ssl, SSL_SESSION* session);

  // TLS 1.3 tickets are for one use each (RFC 8446 appendix C.4), so a few are kept; the newest
  // goes first.
  static constexpr std::size_t sessions_kept = 64;

  SSL_CTX* context_;
  std::vector<SSL_SESSION*> sessions_;
  Counts counts_;
};

/// The TLS state of one connection. Holds no buffers of its own while idle.
class TlsEngine {
 public:
  /// `host`: sent as SNI and matched against the certificate (RFC 9525); an IP literal is matched
  /// as such.
  TlsEngine(TlsContext& context, const std::string& host);
  ~TlsEngine();
  TlsEngine(const TlsEngine&) = delete;
  TlsEngine& operator=(const TlsEngine&) = delete;

  /// Gives bytes that came from the peer; they are copied only if a record is incomplete.
  void feed(std::string_view ciphertext);

  enum class Progress { done, want_input };
  /// One step of the handshake. What is to be sent is in output() afterwards, also on failure (an
  /// alert).
  Result<Progress> handshake();

  /// Decrypts into `plaintext`; 0 means more input is needed. errc::connection_closed after
  /// close_notify, errc::tls_failed on a broken record.
  Result<std::size_t> decrypt(std::span<char> plaintext);

  /// Whether the peer has said that its stream ends here (close_notify, RFC 8446 section 6.1).
  bool has_received_close() const noexcept;

  /// Encrypts all of the pieces onto output(), in records that are full but for the last.
  Result<void> encrypt(std::span<const iovec> pieces);

  /// Ciphertext waiting to be sent; the caller sends it and clears it.
  std::string& output() noexcept { return output_; }

  /// Why verification or the handshake failed, in OpenSSL's words, for the log. Empty if it did
  /// not.
  std::string failure() const;

 private:
  friend struct TlsBio;
  void retain_input();
  Result<void> encrypt(std::string_view plaintext);

  // One record carries at most this much plaintext (RFC 8446 section 5.1).
  static constexpr std::size_t record_size = 16 * 1024;

  SSL* ssl_;
  TlsContext& context_;
  std::string_view input_;  // not yet consumed of the last feed
  std::string leftover_;    // the same, once its owner may overwrite it
  std::string output_;
  std::string failure_;
};

}  // namespace llmgw
