// SPDX-License-Identifier: MIT
// OpenSSL behind a BIO that reads from a span and writes to a string.
#include "common/net/tls.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstring>
#include <utility>

namespace llmgw {

/// The BIO whose two ends are TlsEngine::input_ and TlsEngine::output_.
struct TlsBio {
  static TlsEngine& engine(BIO* bio) { return *static_cast<TlsEngine*>(BIO_get_data(bio)); }

  static int read(BIO* bio, char* out, int size) {
    BIO_clear_retry_flags(bio);
    std::string_view& input = engine(bio).input_;
    if (input.empty()) {
      BIO_set_retry_read(bio);
      return -1;
    }
    const std::size_t count = std::min(input.size(), static_cast<std::size_t>(size));
    std::memcpy(out, input.data(), count);
    input.remove_prefix(count);
    return static_cast<int>(count);
  }

  static int write(BIO* bio, const char* bytes, int size) {
    engine(bio).output_.append(bytes, static_cast<std::size_t>(size));
    return size;
  }

  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

  static BIO_METHOD* method() {
    static BIO_METHOD* const made = [] {
      BIO_METHOD* fresh = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "llmgw span");
      BIO_meth_set_read(fresh, &TlsBio::read);
      BIO_meth_set_write(fresh, &TlsBio::write);
      BIO_meth_set_ctrl(fresh, &TlsBio::control);
      return fresh;
    }();
    return made;
  }
};

namespace {

bool trust(SSL_CTX* context, std::string_view pem) {
  BIO* source = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  int count = 0;
  while (X509* certificate = PEM_read_bio_X509(source, nullptr, nullptr, nullptr)) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate);
    X509_free(certificate);
    ++count;
  }
  BIO_free(source);
  ERR_clear_error();
  return count > 0;
}

}  // namespace

Result<std::unique_ptr<TlsContext>> TlsContext::make(std::string_view ca_pem) {
  SSL_CTX* raw = SSL_CTX_new(TLS_client_method());
  if (raw == nullptr) return errc::tls_failed;
  std::unique_ptr<TlsContext> made(new TlsContext(raw));
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_default_verify_paths(raw);
  if (!ca_pem.empty() && !trust(raw, ca_pem)) return errc::invalid_setting;
  // Idle connections give their record buffers back; one call to the BIO takes all input at hand.
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(raw, 1);
  SSL_CTX_set_app_data(raw, made.get());
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(raw, &TlsContext::keep_session);
  static constexpr unsigned char http_1_1[] = "\x08http/1.1";
  SSL_CTX_set_alpn_protos(raw, http_1_1, sizeof http_1_1 - 1);
  return made;
}

TlsContext::~TlsContext() {
  for (SSL_SESSION* each : sessions_) SSL_SESSION_free(each);
  SSL_CTX_free(context_);
}

int TlsContext::keep_session(SSL* ssl, SSL_SESSION* session) {
  auto& self = *static_cast<TlsContext*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  if (self.sessions_.size() == sessions_kept) {
    SSL_SESSION_free(self.sessions_.front());
    self.sessions_.erase(self.sessions_.begin());
  }
  self.sessions_.push_back(session);
  return 1;  // the reference is ours now
}

TlsEngine::TlsEngine(TlsContext& context, const std::string& host)
    : ssl_(SSL_new(context.context_)), context_(context) {
  BIO* bio = BIO_new(TlsBio::method());
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_, bio, bio);
  SSL_set_connect_state(ssl_);
  X509_VERIFY_PARAM* verify = SSL_get0_param(ssl_);
  // A certificate names its hosts as alternative names, never as its subject's CN (RFC 9525 section
  // 6.3).
  X509_VERIFY_PARAM_set_hostflags(
      verify, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  if (X509_VERIFY_PARAM_set1_ip_asc(verify, host.c_str()) != 1) {
    ERR_clear_error();
    X509_VERIFY_PARAM_set1_host(verify, host.c_str(), host.size());
    SSL_ctrl(ssl_, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(host.c_str()));  // the macro of this name casts in the old style
  }
  if (!context.sessions_.empty()) {
    SSL_SESSION* session = context.sessions_.back();
    SSL_set_session(ssl_, session);
    if (SSL_SESSION_get_protocol_version(session) >= TLS1_3_VERSION) {
      context.sessions_.pop_back();
      SSL_SESSION_free(session);
    }
  }
}

TlsEngine::~TlsEngine() {
  // A connection cut without close_notify must not make its session unusable for the next one.
  SSL_set_quiet_shutdown(ssl_, 1);
  SSL_shutdown(ssl_);
  SSL_free(ssl_);
}

void TlsEngine::feed(std::string_view ciphertext) {
  if (leftover_.empty()) {
    input_ = ciphertext;
    return;
  }
  leftover_.erase(0, leftover_.size() - input_.size());
  leftover_.append(ciphertext);
  input_ = leftover_;
}

// What OpenSSL has not taken belongs to a buffer that is about to be overwritten.
void TlsEngine::retain_input() {
  if (input_.empty()) {
    leftover_.clear();
  } else if (leftover_.empty()) {
    leftover_.assign(input_);
    input_ = leftover_;
  }
}

Result<TlsEngine::Progress> TlsEngine::handshake() {
  ERR_clear_error();
  const int status = SSL_do_handshake(ssl_);
  retain_input();
  if (status == 1) {
    ++context_.counts_.handshakes;
    if (SSL_session_reused(ssl_) == 1) ++context_.counts_.resumed;
    return Progress::done;
  }
  if (SSL_get_error(ssl_, status) == SSL_ERROR_WANT_READ) return Progress::want_input;
  const long verdict = SSL_get_verify_result(ssl_);
  if (verdict != X509_V_OK) {
    failure_ = X509_verify_cert_error_string(verdict);
  } else if (const char* reason = ERR_reason_error_string(ERR_peek_last_error())) {
    failure_ = reason;
  }
  ERR_clear_error();
  return errc::tls_failed;
}

Result<std::size_t> TlsEngine::decrypt(std::span<char> plaintext) {
  ERR_clear_error();
  std::size_t total = 0;
  Result<std::size_t> outcome = std::size_t{0};
  while (total < plaintext.size()) {
    std::size_t count = 0;
    const int status =
        SSL_read_ex(ssl_, plaintext.data() + total, plaintext.size() - total, &count);
    if (status == 1) {
      total += count;
      continue;
    }
    const int reason = SSL_get_error(ssl_, status);
    if (reason == SSL_ERROR_ZERO_RETURN) {
      outcome = errc::connection_closed;
    } else if (reason != SSL_ERROR_WANT_READ) {
      outcome = errc::tls_failed;
    }
    ERR_clear_error();
    break;
  }
  retain_input();
  if (total > 0) return total;  // a close or fault behind the data is met again by the next call
  return outcome;
}

bool TlsEngine::has_received_close() const noexcept {
  return (SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN) != 0;
}

Result<void> TlsEngine::encrypt(std::string_view plaintext) {
  ERR_clear_error();
  std::size_t written = 0;
  while (!plaintext.empty()) {
    if (SSL_write_ex(ssl_, plaintext.data(), plaintext.size(), &written) != 1) {
      ERR_clear_error();
      return errc::tls_failed;
    }
    plaintext.remove_prefix(written);
  }
  return {};
}

// Many small pieces make few records, whatever a peer cut its message into: each record costs its
// receiver 22 bytes or more, and both sides a pass of the cipher.
Result<void> TlsEngine::encrypt(std::span<const iovec> pieces) {
  std::array<char, record_size> together;
  std::size_t filled = 0;
  Result<void> done;
  for (const iovec& each : pieces) {
    std::string_view rest{static_cast<const char*>(each.iov_base), each.iov_len};
    while (!rest.empty() && done) {
      const bool is_whole = filled == 0 && rest.size() >= record_size;  // needs no copy
      const std::size_t count = is_whole ? rest.size() - rest.size() % record_size
                                         : std::min(rest.size(), record_size - filled);
      if (is_whole) {
        done = encrypt(rest.substr(0, count));
      } else {
        std::memcpy(together.data() + filled, rest.data(), count);
        filled += count;
        if (filled == record_size) done = encrypt({together.data(), std::exchange(filled, 0)});
      }
      rest.remove_prefix(count);
    }
  }
  return filled > 0 && done ? encrypt({together.data(), filled}) : done;
}

std::string TlsEngine::failure() const { return failure_; }

}  // namespace llmgw
