// SPDX-License-Identifier: MIT
// Which URLs are understood, what is refused, and that no message shows a password.
#include "common/settings/http_url.hpp"

#include <gtest/gtest.h>

namespace llmgw {
namespace {

struct Case {
  std::string_view text;
  HttpUrl url;
  std::string_view spelling;
};

TEST(HttpUrl, TakesUrlsApart) {
  const Case cases[] = {
      {"https://api.openai.com",
       {true, "api.openai.com", 443, "", "api.openai.com"},
       "https://api.openai.com"},
      {"https://api.openai.com/",
       {true, "api.openai.com", 443, "", "api.openai.com"},
       "https://api.openai.com"},
      {"HTTPS://API.OpenAI.com:443",
       {true, "api.openai.com", 443, "", "api.openai.com"},
       "https://api.openai.com"},
      {"http://h:80/a/b//", {false, "h", 80, "/a/b", "h"}, "http://h/a/b"},
      {"http://h:443", {false, "h", 443, "", "h:443"}, "http://h:443"},
      {"http://my_service:8081/x%2Fy",
       {false, "my_service", 8081, "/x%2Fy", "my_service:8081"},
       "http://my_service:8081/x%2Fy"},
      {"http://127.0.0.1:9", {false, "127.0.0.1", 9, "", "127.0.0.1:9"}, "http://127.0.0.1:9"},
      {"http://[::1]", {false, "::1", 80, "", "[::1]"}, "http://[::1]"},
      {"http://[::1]:8081/e", {false, "::1", 8081, "/e", "[::1]:8081"}, "http://[::1]:8081/e"},
      {"http://h:", {false, "h", 80, "", "h"}, "http://h"},
  };
  for (const auto& [text, url, spelling] : cases) {
    SCOPED_TRACE(text);
    const auto parsed = parse_http_url(text);
    ASSERT_TRUE(parsed) << parsed.error();
    EXPECT_EQ(*parsed, url);
    EXPECT_EQ(to_string(*parsed), spelling);
    EXPECT_EQ(*parse_http_url(spelling), url);
  }
}

TEST(HttpUrl, SaysWhatIsWrong) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "form"},
      {"api.openai.com", "form"},
      {"//h", "form"},
      {"/v1", "form"},
      {"http://h /x", "form"},
      {"http://h/\n", "form"},
      {"http://h/%zz", "form"},
      {"http://[::1", "form"},
      {" http://h", "form"},
      {"localhost:8080", "scheme"},
      {"ftp://h", "scheme"},
      {"unix:///run/x", "scheme"},
      {"http:", "host"},
      {"http://", "host"},
      {"http:///x", "host"},
      {"http://:80", "host"},
      {"http://h%41", "host"},
      {"http://a,b", "host"},
      {"http://[v1.x]", "host"},
      {"http://u@h", "user"},
      {"http://u:p@h", "user"},
      {"http://h?x=1", "query"},
      {"http://h?", "query"},
      {"http://h#x", "fragment"},
      {"http://h:0", "port"},
      {"http://h:port", "port"},
      {"https://h:8080x/v1", "port"},
      {"http://h:65536", "port"},
      {"http://h:99999999999999999999999", "port"},
  };
  for (const auto& [text, word] : cases) {
    const auto parsed = parse_http_url(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_NE(parsed.error().find(word), std::string::npos) << text << ": " << parsed.error();
  }
  EXPECT_FALSE(parse_http_url("http://" + std::string(254, 'a')));
  EXPECT_TRUE(parse_http_url("http://" + std::string(253, 'a')));
}

TEST(HttpUrl, RedactsWhatMayBeSecret) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"http://h/x", "http://h/x"},
      {"http://u:secret@h/x", "http://***@h/x"},
      {"u:secret@h", "***@h"},
      {"http://h/x?key=secret", "http://h/x?***"},
      {"http://h#secret", "http://h#***"},
      {"http://u:sec?ret@h", "http://***@***"},
      {"http://u:sec@ret@h", "http://***@h"},
      {"http://u:secret@h?a=b", "http://***@h?***"},
      {"secret://secret@h", "secret://***@h"},
      {"", ""},
  };
  for (const auto& [text, shown] : cases) EXPECT_EQ(redact_url(text), shown);
}

}  // namespace
}  // namespace llmgw
