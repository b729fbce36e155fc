// SPDX-License-Identifier: MIT
// The first event of a stream, in every split.
#include "proxy/upstream/first_event.hpp"

#include <gtest/gtest.h>

namespace llmgw::proxy {
namespace {

using Kind = FirstEvent::Kind;

const std::pair<std::string, Kind> streams[] = {
    {"", Kind::none},
    {": a comment\n\n", Kind::none},
    {"event: ping\ndata: {\"type\":\"ping\"}\n\n", Kind::none},
    {"data: {\"choices\":[]}\n\n", Kind::output},
    {"data: {\"choices\":[],\"error\":null}\n\n", Kind::output},
    {"data: {\"message\":{\"error\":1}}\n\n", Kind::output},
    {"data: [DONE]\n\n", Kind::output},
    {"data: {\"error\":{\"message\":\"overloaded\"}}\n\n", Kind::error},
    {"data: {\"x\":[1],\"error\":\"busy\"}\r\n\r\n", Kind::error},
    {"data: [ {\"error\":{\"code\":503}}]\n\n", Kind::error},
    {"data: [{\"error\":null}]\n\n", Kind::output},
    {"data: [[]]\n\n", Kind::output},
    {"event: error\ndata: {\"type\":\"error\"}\n\n", Kind::error},
    {"event: ping\ndata: {}\n\ndata: {\"error\":{}}\n\n", Kind::error},
    {"event: ping\ndata: {}\n\nevent: message_start\ndata: {}\n\n", Kind::output},
    {"data: {\"choices\"", Kind::none},
};

TEST(FirstEvent, IsTheSameInEverySplit) {
  for (const auto& [stream, kind] : streams) {
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
      FirstEvent first;
      first.observe(std::string_view(stream).substr(0, cut));
      EXPECT_EQ(first.observe(std::string_view(stream).substr(cut)), kind) << stream << cut;
    }
    FirstEvent first;
    for (const char each : stream) first.observe({&each, 1});
    EXPECT_EQ(first.kind(), kind) << stream;
  }
}

TEST(FirstEvent, WhatIsLongIsOutput) {
  FirstEvent first;
  EXPECT_EQ(first.observe("data: {\"error\":\""), Kind::none);
  for (int i = 0; i < 100 && first.kind() == Kind::none; ++i)
    first.observe(std::string(1'000, 'x'));
  EXPECT_EQ(first.kind(), Kind::output);
}

}  // namespace
}  // namespace llmgw::proxy
