// SPDX-License-Identifier: MIT
// The rule of what may be sent again, for every state that an attempt can end in.
#include "proxy/upstream/verdict.hpp"

#include <gtest/gtest.h>

namespace llmgw::proxy {
namespace {

using Side = Failure::Side;

TEST(Verdict, FollowsFromTheState) {
  const std::pair<AttemptState, Verdict> cases[] = {
      {{.is_sent = true, .is_answered = true}, Verdict::pass_on},
      {{.is_sent = true, .is_answered = true, .refused = Refused::edit}, Verdict::as_meant},
      {{.is_sent = true, .is_answered = true, .refused = Refused::translation}, Verdict::as_learnt},
      {{.is_sent = true, .is_answered = true, .refused = Refused::translation, .may_repeat = true},
       Verdict::as_learnt},
      {{.failure = {Side::connection, errc::refused}}, Verdict::next},
      {{.failure = {Side::connection, errc::timed_out}}, Verdict::next},
      {{.failure = {Side::connection, errc::overloaded}}, Verdict::next},
      {{.failure = {Side::upstream, errc::connection_reset}}, Verdict::next},
      {{.failure = {Side::upstream, errc::connection_reset}, .is_sent = true}, Verdict::fail},
      {{.failure = {Side::upstream, errc::timed_out}, .is_sent = true}, Verdict::fail},
      {{.failure = {Side::upstream, errc::malformed_message}, .is_sent = true}, Verdict::fail},
      {{.failure = {Side::upstream, errc::timed_out}, .is_sent = true, .may_repeat = true},
       Verdict::next},
      {{.is_sent = true, .is_answered = true, .may_repeat = true}, Verdict::next},
      {{.failure = {Side::client, errc::timed_out}, .may_repeat = true}, Verdict::fail},
      {{.failure = {Side::client, errc::timed_out}}, Verdict::fail},
      {{.failure = {Side::client, errc::body_too_large}, .is_sent = true}, Verdict::fail},
  };
  for (const auto& [state, verdict] : cases) EXPECT_EQ(judge(state), verdict);
}

// Whatever else is so.
TEST(Verdict, NothingIsRepeatedThatMayHaveBeenProcessed) {
  for (const Side side : {Side::client, Side::connection, Side::upstream})
    for (const Refused refused : {Refused::nothing, Refused::edit, Refused::translation})
      for (unsigned bits = 0; bits < 4; ++bits) {
        const AttemptState state{.failure = {side, errc::connection_closed},
                                 .has_client = (bits & 1) != 0,
                                 .is_sent = true,
                                 .is_answered = (bits & 2) != 0,
                                 .refused = refused};
        EXPECT_NE(judge(state), Verdict::next);
        // Only the upstream's own word that it processed nothing allows a second try.
        const bool is_answered = state.has_client && state.is_answered;
        EXPECT_EQ(judge(state) == Verdict::as_meant, is_answered && refused == Refused::edit);
        EXPECT_EQ(judge(state) == Verdict::as_learnt,
                  is_answered && refused == Refused::translation);
      }
}

TEST(Verdict, NothingIsTriedForAClientThatHasLeft) {
  for (const Refused refused : {Refused::nothing, Refused::edit, Refused::translation})
    for (unsigned bits = 0; bits < 4; ++bits)
      EXPECT_EQ(judge({.has_client = false,
                       .is_sent = (bits & 1) != 0,
                       .is_answered = (bits & 2) != 0,
                       .refused = refused}),
                Verdict::drop);
}

}  // namespace
}  // namespace llmgw::proxy
