// SPDX-License-Identifier: MIT
// Which methods, paths, hosts and origins reach the upstream.
#include "proxy/api/reach.hpp"

#include <gtest/gtest.h>

namespace llmgw::proxy {
namespace {

using List = std::vector<std::string>;

TEST(Reach, MethodsAreThoseOfTheRfcAndPatch) {
  for (const char* method : {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"}) {
    EXPECT_TRUE(is_forwarded_method(method)) << method;
    EXPECT_NE(forwarded_methods.find(method), std::string_view::npos) << method;
  }
  for (const char* method :
       {"TRACE", "CONNECT", "get", "Post", "PURGE", "PROPFIND", "QUERY", "GETT", "GE", "TRACK", ""})
    EXPECT_FALSE(is_forwarded_method(method)) << method;
}

TEST(Reach, APrefixEndsWithASegment) {
  const List whole{"/v1/"};
  EXPECT_TRUE(is_below_any("/v1/", whole));
  EXPECT_TRUE(is_below_any("/v1/x", whole));
  for (const char* path : {"/v1", "/v2/x", "/", "", "*", "/V1/x", "//v1/x", "/%76%31/x"})
    EXPECT_FALSE(is_below_any(path, whole)) << path;
  const List some{"/v1/chat/completions", "/v1/audio/"};
  for (const char* path : {"/v1/chat/completions", "/v1/chat/completions/",
                           "/v1/chat/completions/a", "/v1/audio/", "/v1/audio/speech"})
    EXPECT_TRUE(is_below_any(path, some)) << path;
  for (const char* path : {"/v1/chat/completions2", "/v1/chat/completions%2Fa", "/v1/chat",
                           "/v1/chat/completions;a", "/v1/audio", "/v1/models", "/v1/"})
    EXPECT_FALSE(is_below_any(path, some)) << path;
  EXPECT_FALSE(is_below_any("/v1/x", List{}));
}

// The head of a request with these fields.
class OfBrowser {
 public:
  explicit OfBrowser(const std::string& fields, const std::string& host = "gateway.test:8080",
                     const std::string& target = "/v1/x")
      : text_("POST " + target + " HTTP/1.1\r\nHost: " + host + "\r\n" + fields + "\r\n"),
        head_(http::parse_request_head(text_, storage_).value()) {}
  const http::RequestHead& head() const { return head_; }
  bool is_cross() const { return is_cross_site(head_); }

 private:
  std::string text_;
  http::FieldStorage storage_;
  http::RequestHead head_;
};

TEST(Reach, OnlyBrowsersTellOrigins) {
  EXPECT_FALSE(OfBrowser("X: y\r\nSec-Fetch-Mode: cors\r\n").head().tells_origin);
  EXPECT_TRUE(OfBrowser("oRIGIN: x\r\n").head().tells_origin);
  EXPECT_TRUE(OfBrowser("sec-fetch-SITE: x\r\n").head().tells_origin);
}

TEST(Reach, CrossSiteByTheBrowsersWord) {
  for (const char* value : {"cross-site", "Cross-Site"})
    EXPECT_TRUE(OfBrowser("Sec-Fetch-Site: " + std::string(value) + "\r\n").is_cross());
  for (const char* value : {"same-origin", "same-site", "none"}) {
    const std::string field = "Sec-Fetch-Site: " + std::string(value) + "\r\n";
    EXPECT_FALSE(OfBrowser(field).is_cross()) << value;
    EXPECT_FALSE(OfBrowser(field + "Origin: https://other.test\r\n").is_cross()) << value;
    EXPECT_TRUE(OfBrowser(field + "Sec-Fetch-Site: cross-site\r\n").is_cross()) << value;
  }
  for (const char* value : {"", "?1", "cross-site, none", "sameorigin"}) {
    const std::string field = "Sec-Fetch-Site: " + std::string(value) + "\r\n";
    EXPECT_FALSE(OfBrowser(field).is_cross()) << value;
    EXPECT_TRUE(OfBrowser(field + "Origin: https://other.test\r\n").is_cross()) << value;
  }
  EXPECT_TRUE(
      OfBrowser("Sec-Fetch-Site: cross-site\r\nOrigin: http://gateway.test:8080\r\n").is_cross());
}

TEST(Reach, CrossSiteByTheHostOfTheOrigin) {
  for (const char* origin :
       {"http://gateway.test:8080", "http://gateway.test", "https://GATEWAY.test:3000"})
    EXPECT_FALSE(OfBrowser("Origin: " + std::string(origin) + "\r\n").is_cross()) << origin;
  for (const char* origin :
       {"http://evil.test", "http://gateway.test.evil.test", "http://notgateway.test", "null", "",
        "gateway.test:8080", "http://", "http://gateway.test@evil.test",
        "http://gateway.test:80@evil.test", "http://gateway.test/x", "http://[::1]"})
    EXPECT_TRUE(OfBrowser("Origin: " + std::string(origin) + "\r\n").is_cross()) << origin;
  EXPECT_TRUE(OfBrowser("Origin: http://gateway.test\r\nOrigin: http://evil.test\r\n").is_cross());
  EXPECT_FALSE(OfBrowser("Origin: http://[::1]:3000\r\n", "[::1]:8080").is_cross());
  EXPECT_TRUE(OfBrowser("Origin: http://[::2]:3000\r\n", "[::1]:8080").is_cross());
  // The target's host counts, where it has one (RFC 9112 section 3.2.2).
  EXPECT_FALSE(OfBrowser("Origin: http://b.test\r\n", "a.test", "http://b.test/v1/x").is_cross());
  EXPECT_TRUE(OfBrowser("Origin: http://a.test\r\n", "a.test", "http://b.test/v1/x").is_cross());
}

TEST(Reach, OriginsThatAreNamed) {
  const List named{"https://app.test", "http://localhost:3000"};
  const auto is_allowed = [](const std::string& fields, const List& list) {
    return is_origin_allowed(OfBrowser(fields).head(), list);
  };
  EXPECT_TRUE(is_allowed("Origin: https://app.test\r\n", named));
  EXPECT_TRUE(is_allowed("Origin: https://APP.test\r\n", named));
  EXPECT_TRUE(is_allowed("Origin: http://localhost:3000\r\n", named));
  for (const char* origin : {"http://app.test", "https://app.test:444", "https://app.test/", "null",
                             "", "http://localhost:3001", "http://localhost"})
    EXPECT_FALSE(is_allowed("Origin: " + std::string(origin) + "\r\n", named)) << origin;
  EXPECT_FALSE(is_allowed("Origin: https://app.test\r\nOrigin: https://evil.test\r\n", named));
  EXPECT_FALSE(is_allowed("", named));
  EXPECT_FALSE(is_allowed("Origin: https://app.test\r\n", {}));
  EXPECT_TRUE(is_allowed("Origin: null\r\n", {"*"}));
  EXPECT_TRUE(is_allowed("", {"https://app.test", "*"}));
}

TEST(Reach, HostsThatAreNamed) {
  const List named{"gateway.test", "10.0.0.5:8080", "[::1]"};
  for (const char* host : {"gateway.test", "Gateway.TEST", "gateway.test:8080", "10.0.0.5:8080",
                           "[::1]", "[::1]:8080"})
    EXPECT_TRUE(is_host_allowed(host, named)) << host;
  for (const char* host :
       {"", "evil.test", "gateway.test.", "gateway.test.evil.test", "10.0.0.5", "10.0.0.5:80",
        "10.0.0.5:80800", "gateway.test:x", "gateway.test:80:80", "[::1", "::1", ":8080"})
    EXPECT_FALSE(is_host_allowed(host, named)) << host;
}

}  // namespace
}  // namespace llmgw::proxy
