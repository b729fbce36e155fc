// SPDX-License-Identifier: MIT
// What a request asks for, however its body is cut, and against a full parse.
#include "proxy/metering/request_scanner.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "proxy/provider/openai/request_reader.hpp"
#include "tests/support/in_pieces.hpp"

namespace llmgw::proxy {
namespace {

using nlohmann::json;

JsonPatterns patterns;  // known from one body to the next, as on a worker

struct Expected {
  std::string model;
  std::optional<bool> stream;
  bool decides_usage = false;
  std::optional<bool> wants_usage;
};

void expect_facts(const RequestFacts& facts, const Expected& expected, const std::string& what) {
  EXPECT_EQ(facts.model.view(), expected.model) << what;
  EXPECT_EQ(facts.stream, expected.stream) << what;
  EXPECT_EQ(facts.decides_usage, expected.decides_usage) << what;
  EXPECT_EQ(facts.wants_usage, expected.wants_usage) << what;
}

TEST(RequestScanner, FindsFactsHoweverTheBodyIsCut) {
  const std::optional<bool> none;
  const std::pair<std::string, Expected> cases[] = {
      {R"({"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]})",
       {"gpt-4o", none, false, none}},
      {R"({"messages":[{"role":"user","content":"\"model\":\"x\""}],"stream":false,"model":"gpt-4o"})",
       {"gpt-4o", false, false, none}},
      {R"({"model":"m","stream":true,"stream_options":{"include_usage":true}})",
       {"m", true, true, true}},
      {R"({"stream_options":{"x":{"include_usage":true},"include_usage":false},"stream":true,"model":"m"})",
       {"m", true, true, false}},
      {R"({"model":"m","stream":true,"stream_options":{"include_obfuscation":false}})",
       {"m", true, true, none}},
      {R"({"model":"m","stream":true,"stream_options":null})", {"m", true, true, none}},
      {R"({"model":"m","stream":true,"messages":["a"],"include_usage":true})",
       {"m", true, false, none}},
      {"{\n  \"model\" : \"m\",\n  \"stream\" : true\n}\n", {"m", true, false, none}},
      {R"({"model":null,"stream":"true","stream_options":[{"include_usage":true}]})",
       {"", none, true, none}},
      {R"({"model":"","model":"b","stream":1,"stream":true})", {"b", true, false, none}},
      {R"({"model":"a","model":"b","stream":false,"stream":true})", {"a", false, false, none}},
      {R"({"x":{"model":"no","stream":true},"y":[{"model":"no"}],"model":"m"})",
       {"m", none, false, none}},
      {R"({"model":"ft:gpt\/4\u006f:\u00e4\ud83d\ude00\"\\"})",
       {"ft:gpt/4o:\u00e4\U0001f600\"\\", none, false, none}},
      {R"({"mod\u0065l":"m"})", {"m", none, false, none}},
      {R"({"model":")" + std::string(200, 'm') + R"(","stream":true})",
       {std::string(128, 'm'), true, false, none}},
      {R"({"model":"gpt-4o","messages":[{"role)", {"gpt-4o", none, false, none}},
      {"--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n{\"model\":\"m\"}",
       {"", none, false, none}},
      {R"([{"model":"m"}])", {"", none, false, none}},
      {R"("model")", {"", none, false, none}},
      {"", {"", none, false, none}},
  };
  for (const auto& [body, expected] : cases) {
    in_all_pieces(body, [&, &text = body, &facts = expected](auto feed, const std::string& how) {
      RequestScanner scanner(patterns, openai_request_reader);
      feed([&](std::string_view piece) { scanner.observe(piece); });
      expect_facts(scanner.facts(), facts, text + '\n' + how);
    });
  }
}

TEST(RequestScanner, StopsOnceNothingCanCome) {
  const std::pair<std::string_view, bool> cases[] = {
      {R"({"model":"m","stream":false,)", true},
      {R"({"stream":false,"model":"m")", true},
      {R"({"stream":false,"messages":[)", false},
      {R"({"model":"m","messages":[]})", true},
      {R"({"model":"m","messages":[])", false},
      {R"({"model":"m","stream":true,)", false},
      {R"({"model":"m","stream":true,"stream_options":{"include_usage":true,)", true},
      {"--boundary", true},
      {"[", false},
      {"", false},
  };
  for (const auto& [body, expected] : cases) {
    RequestScanner scanner(patterns, openai_request_reader);
    scanner.observe(body);
    EXPECT_EQ(scanner.is_done(), expected) << body;
  }
}

TEST(RequestScanner, AgreesWithAFullParse) {
  std::mt19937 random(4711);
  const auto pick = [&random](unsigned below) { return static_cast<unsigned>(random() % below); };
  const auto scalar = [&]() -> json {
    const json values[] = {
        true,          false, nullptr, 3, "text", "\"model\":\"x\"", "m\\\"\u00e4\U0001f600",
        json::object()};
    return values[pick(8)];
  };
  const auto nested = [&]() -> json {
    return {{"model", scalar()},
            {"stream", {{"include_usage", scalar()}}},
            {"list", {scalar(), {{"model", "no"}}}}};
  };
  for (int round = 0; round < 20000; ++round) {
    // Written by hand, as the order of keys matters for the early stop.
    std::string body = "{";
    Expected expected;
    unsigned seen = 0;
    for (unsigned n = pick(8); n > 0; --n) {
      const unsigned which = pick(5);
      if (which < 3 && (seen & (1u << which)) != 0) continue;
      seen |= 1u << which;
      json value = pick(2) == 0 ? scalar() : nested();
      std::string key = "other" + std::to_string(n);
      if (which == 0) {
        key = "model";
        if (value.is_string()) expected.model = value.get<std::string>();
      } else if (which == 1) {
        key = "stream";
        if (value.is_boolean()) expected.stream = value.get<bool>();
      } else if (which == 2) {
        key = "stream_options";
        if (pick(2) == 0) value = {{"include_usage", scalar()}, {"more", nested()}};
        expected.decides_usage = true;
        if (value.is_object() && value.contains("include_usage") &&
            value["include_usage"].is_boolean()) {
          expected.wants_usage = value["include_usage"].get<bool>();
        }
      }
      if (body.size() > 1) body += ',';
      body += json(key).dump() + ':' + value.dump(pick(2) == 0 ? -1 : 2, ' ', pick(2) == 0);
    }
    body += '}';
    ASSERT_TRUE(json::accept(body)) << body;
    RequestScanner scanner(patterns, openai_request_reader);
    for (std::string_view rest = body; !rest.empty();) {
      const Piece piece(rest.substr(0, 1 + pick(40)));
      rest.remove_prefix(piece.view().size());
      scanner.observe(piece.view());
    }
    // With `stream` false it may have stopped before the options, which then mean nothing.
    if (expected.stream == false && !scanner.facts().decides_usage) {
      expected.decides_usage = false;
      expected.wants_usage.reset();
    }
    if (expected.stream == false && !scanner.facts().wants_usage) expected.wants_usage.reset();
    expect_facts(scanner.facts(), expected, body);
    ASSERT_FALSE(HasFailure());
    ASSERT_TRUE(scanner.is_done());
  }
}

}  // namespace
}  // namespace llmgw::proxy
