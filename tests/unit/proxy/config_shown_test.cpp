// SPDX-License-Identifier: MIT
// What the proxy shows of its settings: all of them, as they can be set again, and no secret.
#include <gtest/gtest.h>

#include "proxy/config.hpp"
#include "tests/unit/proxy/load_config.hpp"

namespace llmgw::proxy {
namespace {

using namespace config_test;

std::string shown(const Config& config) { return to_text(effective(config)); }

TEST(ProxyConfig, DescribesItselfWithoutItsSecret) {
  const std::string text = shown(good({{"COLLECTOR_URL", "http://c"}}));
  EXPECT_EQ(text,
            "LISTEN_ADDR=:8080\n"
            "ADMIN_LISTEN_ADDR=:9090\n"
            "ALLOWED_ENDPOINTS=/v1/\n"
            "ALLOWED_ORIGINS=\n"
            "ALLOWED_HOSTS=\n"
            "UPSTREAM_OPENAI_BASE_URL=https://api.openai.com\n"
            "UPSTREAM_OPENAI_API_KEY=***\n"
            "UPSTREAM_OPENAI_API_KEY_FILE=\n"
            "UPSTREAM_CA_FILE=\n"
            "HTTP_CLIENT_TIMEOUT=2m\n"
            "METERING_CAPTURE_BYTES=256KB\n"
            "METERING_STREAM_USAGE=inject\n"
            "METERING_ESTIMATE=bpe\n"
            "METERING_ESTIMATE_MEMORY=64MB\n"
            "ABORT_BILLING=estimate\n"
            "ABORT_DRAIN_TIME=10s\n"
            "ABORT_DRAINS=64\n"
            "METERING_HASH_PAYLOADS=off\n"
            "METERING_HASH_KEY_FILE=\n"
            "COLLECTOR_URL=http://c/events\n"
            "EVENTS_TOKEN_FILE=\n"
            "EVENT_QUEUE_SIZE=10000\n"
            "EVENT_SPOOL_DIR=\n"
            "EVENT_SPOOL_MAX=1GB\n"
            "EVENT_SPOOL_EPHEMERAL=off\n"
            "EVENT_FLUSH_TIMEOUT=2s\n"
            "EVENT_DRAIN_TIMEOUT=10s\n"
            "MAX_REQUEST_BODY=64MB\n"
            "HELD_REQUESTS_MEMORY=256MB\n"
            "MAX_STREAM_EVENT=16MB\n"
            "MAX_TRANSLATED_RESPONSE=32MB\n"
            "DRAIN_DELAY=0s\n"
            "DRAIN_TIMEOUT=30s\n"
            "PROXY_THREADS=3\n"
            "LIMITS_MODE=enforce\n"
            "LIMITS_HEADERS=on\n"
            "LIMITS_URL=\n"
            "LIMITS_TOKEN_FILE=\n"
            "LOG_LEVEL=info\n"
            "LOG_FORMAT=json\n"
            "GATEWAY_KEYS=off\n"
            "GATEWAY_JWT_ISSUER=\n"
            "GATEWAY_JWT_AUDIENCE=llm-gateway\n"
            "GATEWAY_JWT_TENANT_CLAIM=/kubernetes.io/namespace\n"
            "GATEWAY_JWT_JWKS_FILE=\n"
            "GATEWAY_JWT_JWKS_CA_FILE=\n"
            "GATEWAY_JWT_JWKS_TOKEN_FILE=\n"
            "GATEWAY_JWT_JWKS_URL=\n"
            "GATEWAY_CONFIG=\n");
}

Map to_map(std::string_view text) {
  Map map;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    const auto equals = line.find('=');
    map.emplace(line.substr(0, equals), line.substr(equals + 1));
    text.remove_prefix(end + 1);
  }
  return map;
}

TEST(ProxyConfig, ReadsBackItsDescription) {
  const Map unusual{{"LISTEN_ADDR", "[::1]:81"},
                    {"UPSTREAM_OPENAI_BASE_URL", "http://[::1]:9/x/v1"},
                    {"UPSTREAM_CA_FILE", "/ca.pem"},
                    {"COLLECTOR_URL", "https://c:1/e"},
                    {"EVENTS_TOKEN_FILE", "/token"},
                    {"DRAIN_DELAY", "1500us"},
                    {"MAX_REQUEST_BODY", "1000"},
                    {"ADMIN_LISTEN_ADDR", "off"},
                    {"ALLOWED_ENDPOINTS", "/v1/chat/completions,/v1/models"},
                    {"ALLOWED_ORIGINS", "https://a.test:443,*"},
                    {"ALLOWED_HOSTS", "a.test,[::1]:80"},
                    {"METERING_STREAM_USAGE", "passthrough"},
                    {"METERING_HASH_PAYLOADS", "hmac"},
                    {"METERING_HASH_KEY_FILE", "/hash"},
                    {"LOG_LEVEL", "error"},
                    {"LOG_FORMAT", "text"}};
  for (const auto& map : {Map{}, unusual}) {
    const std::string text = shown(good(map));
    EXPECT_EQ(shown(good(to_map(text))), text);
    const Map described = to_map(text);
    EXPECT_EQ(described.size(), variables().size());
    for (const Variable& variable : variables())
      EXPECT_TRUE(described.contains(variable.name)) << variable.name;
  }
  const auto from_file = load({{"UPSTREAM_OPENAI_API_KEY_FILE", "/key"}});
  ASSERT_TRUE(from_file);
  EXPECT_NE(shown(*from_file).find("UPSTREAM_OPENAI_API_KEY=\nUPSTREAM_OPENAI_API_KEY_FILE=/key\n"),
            std::string::npos);
  EXPECT_EQ(shown(*from_file).find("sk-"), std::string::npos);
  const Config with_digests =
      good({{"METERING_HASH_PAYLOADS", "hmac"}, {"METERING_HASH_KEY_FILE", "/hash"}});
  EXPECT_EQ(shown(with_digests).find("0123456789"), std::string::npos);
  EXPECT_EQ(shown(good(unusual)).find("hush"), std::string::npos);
}

TEST(ProxyConfig, FillsItsTables) {
  EXPECT_FALSE(variables().front().group.empty());  // every row has a heading above it
  for (const Variable& variable : variables()) {
    EXPECT_FALSE(variable.meaning.empty() || variable.shown_default().empty()) << variable.name;
    EXPECT_EQ(variable.meaning.find_first_of("|\n"), std::string_view::npos) << variable.name;
  }
}

}  // namespace
}  // namespace llmgw::proxy
