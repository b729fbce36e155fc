// SPDX-License-Identifier: MIT
// errc_of: our own codes come back, those of others are translated, never taken for ours by number.
#include "common/error.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace llmgw {
namespace {

using boost::system::error_code;

// As a library has one: its numbers are those of nobody else. Never deleted, see error.cpp.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
class ForeignCategory final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "foreign"; }
  std::string message(int) const override { return "foreign"; }
};
#pragma GCC diagnostic pop

TEST(ErrcOf, GivesBackEachOfOurs) {
  for (int value = 0; value <= static_cast<int>(errc::io_failed); ++value) {
    const errc code = static_cast<errc>(value);
    EXPECT_EQ(errc_of(make_error_code(code)), code) << describe(code);
  }
}

TEST(ErrcOf, TakesWhatAResultHolds) {
  const Result<int> failed = errc::head_too_large;
  EXPECT_EQ(errc_of(failed.error()), errc::head_too_large);
}

TEST(ErrcOf, TranslatesTheSystems) {
  const std::pair<int, errc> pairs[] = {
      {0, errc::ok},
      {ETIMEDOUT, errc::timed_out},
      {ECANCELED, errc::cancelled},
      {ECONNRESET, errc::connection_reset},
      {EPIPE, errc::connection_reset},
      {ECONNREFUSED, errc::refused},
      {EHOSTUNREACH, errc::refused},
      {EADDRINUSE, errc::address_in_use},
      {EADDRNOTAVAIL, errc::address_unavailable},
      {EMFILE, errc::overloaded},
      {ENOMEM, errc::overloaded},
      {ENOSPC, errc::io_failed},
      {EACCES, errc::io_failed},
  };
  for (const auto& [number, code] : pairs) {
    EXPECT_EQ(errc_of({number, boost::system::system_category()}), code) << number;
    EXPECT_EQ(errc_of({number, boost::system::generic_category()}), code) << number;
  }
}

// ENOENT and errc::unsupported_version are both 2, and EPERM and errc::malformed_message both 1.
TEST(ErrcOf, NeverReadsTheNumberOfAnotherCategory) {
  static const ForeignCategory foreign;
  for (int value = 1; value < 200; ++value)
    EXPECT_EQ(errc_of({value, foreign}), errc::io_failed) << value;
  EXPECT_EQ(errc_of({ENOENT, boost::system::system_category()}), errc::io_failed);
}

}  // namespace
}  // namespace llmgw
