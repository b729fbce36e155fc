// SPDX-License-Identifier: MIT
// Values of Content-Type as servers write them.
#include "proxy/http/media_type.hpp"

#include <gtest/gtest.h>

namespace llmgw::http {
namespace {

TEST(MediaType, IsCutAtItsParameters) {
  EXPECT_EQ(media_type("application/json"), "application/json");
  EXPECT_EQ(media_type("text/event-stream; charset=utf-8"), "text/event-stream");
  EXPECT_EQ(media_type("text/event-stream \t;charset=utf-8"), "text/event-stream");
  EXPECT_EQ(media_type(" \tText/Plain "), "Text/Plain");
  for (const std::string_view none : {"", ";", " ; charset=utf-8", "\t"})
    EXPECT_EQ(media_type(none), "") << none;
}

TEST(MediaType, JsonHasManyNames) {
  for (const std::string_view type :
       {"application/json", "Application/JSON", "application/problem+json", "model/x+Json",
        "application/json; charset=utf-8", " APPLICATION/json ;a=b"})
    EXPECT_TRUE(is_json(type)) << type;
  for (const std::string_view type :
       {"", "text/json", "application/json-seq", "application/jsonl", "json", "text/event-stream",
        "application/json,x", "a/b; c=+json"})
    EXPECT_FALSE(is_json(type)) << type;
}

TEST(MediaType, EventStreamHasOne) {
  EXPECT_TRUE(is_event_stream("text/event-stream"));
  EXPECT_TRUE(is_event_stream("Text/Event-Stream"));
  EXPECT_TRUE(is_event_stream("text/event-stream ; charset=utf-8"));
  EXPECT_TRUE(is_event_stream("\ttext/event-stream;"));
  for (const std::string_view type :
       {"", "text/event", "text/event-streams", "application/event-stream", "application/json",
        "text/event-stream x", "a/b;text/event-stream"})
    EXPECT_FALSE(is_event_stream(type)) << type;
}

}  // namespace
}  // namespace llmgw::http
