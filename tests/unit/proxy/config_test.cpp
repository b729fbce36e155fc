// SPDX-License-Identifier: MIT
// The proxy's settings: defaults, every value that counts, every bad value by itself, and no secret
// in any fault.
#include "proxy/config.hpp"

#include <gtest/gtest.h>

#include <set>

#include "tests/unit/proxy/load_config.hpp"

namespace llmgw::proxy {
namespace {

using namespace std::chrono_literals;
using namespace config_test;

TEST(ProxyConfig, DefaultsAreThoseOfTheTable) {
  const Config config = good({});
  EXPECT_EQ(config.listen, (ListenAddress{"", 8080}));
  EXPECT_EQ(config.upstreams.front().address,
            (HttpUrl{true, "api.openai.com", 443, "", "api.openai.com"}));
  EXPECT_EQ(config.upstreams.front().keys.at(0).key.reveal(), "sk-secret");
  EXPECT_EQ(config.upstreams.front().keys[0].file, "");
  EXPECT_EQ(config.upstreams.front().ca_file, "");
  EXPECT_EQ(config.upstreams.front().ca_pem, "");
  EXPECT_EQ(config.collector, std::nullopt);
  EXPECT_TRUE(config.events_token.tokens.is_empty());
  EXPECT_EQ(config.event_queue_size, 10'000U);
  EXPECT_EQ(config.event_spool_dir, "");
  EXPECT_EQ(config.event_spool_max, 1U << 30);
  EXPECT_FALSE(config.event_spool_ephemeral);
  EXPECT_EQ(config.event_flush_timeout, 2s);
  EXPECT_EQ(config.event_drain_timeout, 10s);
  EXPECT_EQ(config.client_timeout, 120s);
  EXPECT_EQ(config.capture_bytes, 256U << 10);
  EXPECT_EQ(config.stream_usage, StreamUsage::inject);
  EXPECT_EQ(config.payload_hash, PayloadHash::off);
  EXPECT_TRUE(config.hash_key.is_empty());
  EXPECT_EQ(config.admin, (ListenAddress{"", 9090}));
  EXPECT_EQ(config.max_request_body, 64U << 20);
  EXPECT_EQ(config.max_stream_event, 16U << 20);
  EXPECT_EQ(config.max_translated_response, 32U << 20);
  EXPECT_EQ(config.drain_delay, 0s);
  EXPECT_EQ(config.drain_timeout, 30s);
  EXPECT_EQ(config.threads, 3U);
  EXPECT_EQ(config.log.level, log::Level::info);
  EXPECT_EQ(config.log.format, log::Format::json);
}

TEST(ProxyConfig, ReadsEveryVariable) {
  const Config config = good({{"LISTEN_ADDR", "127.0.0.1:0"},
                              {"UPSTREAM_OPENAI_BASE_URL", "http://vllm:8000/openai"},
                              {"UPSTREAM_CA_FILE", "/ca.pem"},
                              {"COLLECTOR_URL", "http://collector:8081"},
                              {"EVENTS_TOKEN_FILE", "/token"},
                              {"EVENT_QUEUE_SIZE", "5"},
                              {"EVENT_SPOOL_DIR", "/var/spool/llm"},
                              {"EVENT_SPOOL_MAX", "20MB"},
                              {"EVENT_SPOOL_EPHEMERAL", "on"},
                              {"EVENT_FLUSH_TIMEOUT", "500ms"},
                              {"EVENT_DRAIN_TIMEOUT", "0s"},
                              {"HTTP_CLIENT_TIMEOUT", "1m30s"},
                              {"METERING_CAPTURE_BYTES", "0"},
                              {"METERING_STREAM_USAGE", "passthrough"},
                              {"METERING_ESTIMATE", "learned"},
                              {"METERING_ESTIMATE_MEMORY", "8MB"},
                              {"ABORT_BILLING", "void"},
                              {"ABORT_DRAIN_TIME", "3s"},
                              {"ABORT_DRAINS", "7"},
                              {"METERING_HASH_PAYLOADS", "hmac"},
                              {"METERING_HASH_KEY_FILE", "/hash"},
                              {"ADMIN_LISTEN_ADDR", "off"},
                              {"MAX_REQUEST_BODY", "1KB"},
                              {"DRAIN_DELAY", "5s"},
                              {"DRAIN_TIMEOUT", "0"},
                              {"PROXY_THREADS", "8"},
                              {"LOG_LEVEL", "debug"},
                              {"LOG_FORMAT", "text"}});
  EXPECT_EQ(config.listen, (ListenAddress{"127.0.0.1", 0}));
  EXPECT_EQ(config.upstreams.front().address,
            (HttpUrl{false, "vllm", 8000, "/openai", "vllm:8000"}));
  EXPECT_EQ(config.upstreams.front().ca_file, "/ca.pem");
  EXPECT_EQ(config.upstreams.front().ca_pem, pem);
  EXPECT_EQ(to_string(*config.collector), "http://collector:8081/events");
  EXPECT_EQ(config.events_token.tokens.authorization().reveal(), "Bearer hush-new");
  EXPECT_EQ(config.event_queue_size, 5U);
  EXPECT_EQ(config.event_spool_dir, "/var/spool/llm");
  EXPECT_EQ(config.event_spool_max, 20U << 20);
  EXPECT_TRUE(config.event_spool_ephemeral);
  EXPECT_EQ(config.event_flush_timeout, 500ms);
  EXPECT_EQ(config.event_drain_timeout, 0s);
  EXPECT_EQ(config.client_timeout, 90s);
  EXPECT_EQ(config.capture_bytes, 0U);
  EXPECT_EQ(config.stream_usage, StreamUsage::passthrough);
  EXPECT_EQ(config.estimate, EstimateMode::learned);
  EXPECT_EQ(config.estimate_memory, 8U << 20);
  EXPECT_EQ(config.abort_billing, quota::AbortBilling::waive);
  EXPECT_EQ(config.abort_drain_time, 3s);
  EXPECT_EQ(config.abort_drains, 7U);
  EXPECT_EQ(config.payload_hash, PayloadHash::hmac);
  EXPECT_EQ(config.hash_key.reveal(), "0123456789abcdef");
  EXPECT_EQ(config.admin, std::nullopt);
  EXPECT_EQ(config.max_request_body, 1'024U);
  EXPECT_EQ(config.drain_delay, 5s);
  EXPECT_EQ(config.drain_timeout, 0s);
  EXPECT_EQ(config.threads, 8U);
  EXPECT_EQ(config.log.level, log::Level::debug);
  EXPECT_EQ(config.log.format, log::Format::text);
}

TEST(ProxyConfig, ATrailingV1OfTheBaseUrlChangesNothing) {
  const std::pair<std::string, std::string> cases[] = {
      {"https://h", ""},
      {"https://h/", ""},
      {"https://h/v1", ""},
      {"https://h/v1/", ""},
      {"https://h//v1//", ""},
      {"https://h/a", "/a"},
      {"https://h/a/", "/a"},
      {"https://h/a/v1", "/a"},
      {"https://h/a/v1/", "/a"},
      {"https://h/av1", "/av1"},
      {"https://h/v1/a", "/v1/a"},
      {"https://h/v2", "/v2"},
      {"https://h/v1beta/openai/", "/v1beta/openai"},
  };
  for (const auto& [url, path] : cases) {
    EXPECT_EQ(good({{"UPSTREAM_OPENAI_BASE_URL", url}}).upstreams.front().address.path, path)
        << url;
  }
}

TEST(ProxyConfig, RefusesAnEndpointAsBaseUrl) {
  const auto config = load_with({{"UPSTREAM_OPENAI_BASE_URL", "https://h/v1/chat/completions"}});
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().lines,
            std::vector<std::string>{"UPSTREAM_OPENAI_BASE_URL=\"https://h/v1/chat/completions\": "
                                     "names an endpoint; accepted is what comes before /v1"});
}

TEST(ProxyConfig, EventsGoToEventsUnlessAPathIsSet) {
  EXPECT_EQ(good({{"COLLECTOR_URL", "http://c"}}).collector->path, "/events");
  EXPECT_EQ(good({{"COLLECTOR_URL", "http://c/"}}).collector->path, "/events");
  EXPECT_EQ(good({{"COLLECTOR_URL", "http://c/v2/in"}}).collector->path, "/v2/in");
}

TEST(ProxyConfig, TakesTheKeyFromAFile) {
  for (const auto& [path, key] :
       {std::pair<std::string, std::string>{"/key", "sk-from-file"}, {"/crlf", "sk-crlf"}}) {
    const auto config =
        load({{"UPSTREAM_OPENAI_API_KEY_FILE", path}, {"UPSTREAM_OPENAI_API_KEY", ""}});
    ASSERT_TRUE(config) << config.error().lines[0];
    EXPECT_EQ(config->upstreams.front().keys.at(0).key.reveal(), key);
    EXPECT_EQ(config->upstreams.front().keys.at(0).file, path);
  }
}

struct BadCase {
  std::string name;
  std::string value;
  std::string line;
};

const std::string durations = "not a duration from ";
const std::string examples = ", such as 500ms, 2s or 1m30s";
const std::string addresses =
    "not an address to listen on such as :8080, 127.0.0.1:8080, [::1]:8080 or localhost:8080 (no "
    "other host names)";

TEST(ProxyConfig, NamesEachBadSettingByItself) {
  const std::string size_examples = ", such as 65536, 256KB or 64MB";
  const BadCase cases[] = {
      {"LISTEN_ADDR", "proxy.test:1", addresses},
      {"UPSTREAM_OPENAI_BASE_URL", "ftp://x",
       "not an http or https URL: the scheme is not http or https"},
      {"UPSTREAM_OPENAI_BASE_URL", "api.openai.com",
       "not an http or https URL: it is not of the form https://host:port/path"},
      {"UPSTREAM_CA_FILE", "/none", "cannot be read: No such file or directory"},
      {"UPSTREAM_CA_FILE", "/key", "holds no certificate in PEM form"},
      {"COLLECTOR_URL", "collector:8081",
       "not an http or https URL: the scheme is not http or https"},
      {"EVENTS_TOKEN_FILE", "/none", "cannot be read: No such file or directory"},
      {"LIMITS_TOKEN_FILE", "/none", "cannot be read: No such file or directory"},
      {"EVENT_QUEUE_SIZE", "abc", "not an integer from 1 to 10000000"},
      {"EVENT_QUEUE_SIZE", "0", "not an integer from 1 to 10000000"},
      {"EVENT_QUEUE_SIZE", "10000001", "not an integer from 1 to 10000000"},
      {"EVENT_SPOOL_MAX", "1000", "not a size from 1MB to 1048576GB" + size_examples},
      {"EVENT_SPOOL_MAX", "all", "not a size from 1MB to 1048576GB" + size_examples},
      {"EVENT_SPOOL_EPHEMERAL", "true", "not one of off or on"},
      {"EVENT_DRAIN_TIMEOUT", "10", durations + "0s to 24h" + examples},
      {"EVENT_FLUSH_TIMEOUT", "2", durations + "1ms to 1h" + examples},
      {"EVENT_FLUSH_TIMEOUT", "0s", durations + "1ms to 1h" + examples},
      {"HTTP_CLIENT_TIMEOUT", "-1s", durations + "1ms to 24h" + examples},
      {"HTTP_CLIENT_TIMEOUT", "0", durations + "1ms to 24h" + examples},
      {"METERING_CAPTURE_BYTES", "256kb", "not a size from 0 to 1GB" + size_examples},
      {"METERING_CAPTURE_BYTES", "2GB", "not a size from 0 to 1GB" + size_examples},
      {"METERING_STREAM_USAGE", "yes", "not one of inject, continuous or passthrough"},
      {"METERING_ESTIMATE", "on", "not one of off, learned or bpe"},
      {"METERING_ESTIMATE_MEMORY", "1KB", "not a size from 1MB to 1024GB" + size_examples},
      {"ABORT_BILLING", "usage", "not one of estimate, drain or void"},
      {"ABORT_DRAIN_TIME", "0s", durations + "100ms to 10m" + examples},
      {"ABORT_DRAINS", "0", "not an integer from 1 to 100000"},
      {"METERING_HASH_PAYLOADS", "sha256", "not one of off or hmac"},
      {"ADMIN_LISTEN_ADDR", "none", addresses + ", nor off"},
      {"ADMIN_LISTEN_ADDR", ":8080", "taken by LISTEN_ADDR; accepted are another port and off"},
      {"MAX_REQUEST_BODY", "0", "not a size from 1 to 1024GB" + size_examples},
      {"HELD_REQUESTS_MEMORY", "1023KB", "not a size from 1MB to 1024GB" + size_examples},
      {"MAX_STREAM_EVENT", "1023", "not a size from 1KB to 1GB" + size_examples},
      {"MAX_STREAM_EVENT", "2GB", "not a size from 1KB to 1GB" + size_examples},
      {"MAX_TRANSLATED_RESPONSE", "1023", "not a size from 1KB to 1GB" + size_examples},
      {"MAX_TRANSLATED_RESPONSE", "2GB", "not a size from 1KB to 1GB" + size_examples},
      {"MAX_REQUEST_BODY", "99999999999GB", "not a size from 1 to 1024GB" + size_examples},
      {"DRAIN_DELAY", "1w", durations + "0s to 1h" + examples},
      {"DRAIN_TIMEOUT", "soon", durations + "0s to 24h" + examples},
      {"PROXY_THREADS", "0", "not an integer from 1 to 1024"},
      {"PROXY_THREADS", "two", "not an integer from 1 to 1024"},
      {"LIMITS_MODE", "off", "not one of enforce or observe"},
      {"LIMITS_HEADERS", "yes", "not one of on or off"},
      {"LOG_LEVEL", "warning", "not one of debug, info, warn or error"},
      {"LOG_FORMAT", "xml", "not one of json or text"},
      {"GATEWAY_KEYS", "on", "not one of off, observe or required"},
      {"GATEWAY_KEYS", "required",
       "needs GATEWAY_CONFIG, whose section `keys` has the keys, or GATEWAY_JWT_ISSUER"},
      {"GATEWAY_CONFIG", "/none", "cannot be read: No such file or directory"},
  };
  // Have tests of their own, but for EVENT_SPOOL_DIR: any text may name a folder, and what is wrong
  // with it shows when it is opened.
  std::set<std::string_view> covered{"UPSTREAM_OPENAI_API_KEY",
                                     "UPSTREAM_OPENAI_API_KEY_FILE",
                                     "METERING_HASH_KEY_FILE",
                                     "EVENT_SPOOL_DIR",
                                     "ALLOWED_ENDPOINTS",
                                     "ALLOWED_ORIGINS",
                                     "ALLOWED_HOSTS",
                                     "LIMITS_URL",
                                     "GATEWAY_JWT_ISSUER",
                                     "GATEWAY_JWT_AUDIENCE",
                                     "GATEWAY_JWT_TENANT_CLAIM",
                                     "GATEWAY_JWT_JWKS_FILE",
                                     "GATEWAY_JWT_JWKS_CA_FILE",
                                     "GATEWAY_JWT_JWKS_TOKEN_FILE",
                                     "GATEWAY_JWT_JWKS_URL"};
  for (const auto& [name, value, reason] : cases) {
    const auto config = load_with({{name, value}});
    ASSERT_FALSE(config) << name << '=' << value;
    EXPECT_EQ(config.error().lines, std::vector{name + "=\"" + value + "\": " + reason});
    covered.insert(name);
  }
  for (const Variable& variable : variables())
    EXPECT_TRUE(covered.contains(variable.name)) << variable.name;
}

TEST(ProxyConfig, NamesEachFaultOfTheKeyAndShowsNone) {
  const std::string form =
      "the key must be visible ASCII without spaces and line breaks (its value is not shown)";
  const std::string bad_file = "the file is empty or not a key: " + form;
  const std::pair<Map, std::string> cases[] = {
      {{},
       "UPSTREAM_OPENAI_API_KEY: required, or UPSTREAM_OPENAI_API_KEY_FILE; both are unset or "
       "empty"},
      {{{"UPSTREAM_OPENAI_API_KEY", ""}},
       "UPSTREAM_OPENAI_API_KEY: required, or UPSTREAM_OPENAI_API_KEY_FILE; both are unset or "
       "empty"},
      {{{"UPSTREAM_OPENAI_API_KEY", "hush"}, {"UPSTREAM_OPENAI_API_KEY_FILE", "/key"}},
       "UPSTREAM_OPENAI_API_KEY: set together with UPSTREAM_OPENAI_API_KEY_FILE; one is accepted"},
      {{{"UPSTREAM_OPENAI_API_KEY", "hush\n"}}, "UPSTREAM_OPENAI_API_KEY: " + form},
      {{{"UPSTREAM_OPENAI_API_KEY", "hush\r\nX-Evil: 1"}}, "UPSTREAM_OPENAI_API_KEY: " + form},
      {{{"UPSTREAM_OPENAI_API_KEY", "hush hush"}}, "UPSTREAM_OPENAI_API_KEY: " + form},
      {{{"UPSTREAM_OPENAI_API_KEY", "hush\x7f"}}, "UPSTREAM_OPENAI_API_KEY: " + form},
      {{{"UPSTREAM_OPENAI_API_KEY", "hush\xc3\xa4"}}, "UPSTREAM_OPENAI_API_KEY: " + form},
      {{{"UPSTREAM_OPENAI_API_KEY_FILE", "/none"}},
       "UPSTREAM_OPENAI_API_KEY_FILE=\"/none\": cannot be read: No such file or directory"},
      {{{"UPSTREAM_OPENAI_API_KEY_FILE", "sk-hush"}},
       "UPSTREAM_OPENAI_API_KEY_FILE=\"***\": cannot be read: No such file or directory"},
      {{{"UPSTREAM_OPENAI_API_KEY_FILE", "/empty"}},
       "UPSTREAM_OPENAI_API_KEY_FILE=\"/empty\": " + bad_file},
      {{{"UPSTREAM_OPENAI_API_KEY_FILE", "/blank"}},
       "UPSTREAM_OPENAI_API_KEY_FILE=\"/blank\": " + bad_file},
      {{{"UPSTREAM_OPENAI_API_KEY_FILE", "/two"}},
       "UPSTREAM_OPENAI_API_KEY_FILE=\"/two\": " + bad_file},
      {{{"UPSTREAM_OPENAI_API_KEY_FILE", "/space"}},
       "UPSTREAM_OPENAI_API_KEY_FILE=\"/space\": " + bad_file},
      {{{"UPSTREAM_OPENAI_API_KEY_FILE", "/high"}},
       "UPSTREAM_OPENAI_API_KEY_FILE=\"/high\": " + bad_file},
  };
  for (const auto& [map, line] : cases) {
    const auto config = load(map);
    ASSERT_FALSE(config) << line;
    EXPECT_EQ(config.error().lines, std::vector{line});
    EXPECT_EQ(config.error().lines[0].find("hush"), std::string::npos);
  }
}

TEST(ProxyConfig, ReportsAllFaultsTogether) {
  const auto config = load({{"LISTEN_ADDR", "x"},
                            {"EVENT_QUEUE_SIZE", "x"},
                            {"LOG_LEVEL", "x"},
                            {"PROXY_THREADS", "x"}});
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().lines.size(), 5U);  // the missing key too
}

TEST(ProxyConfig, WantsAKeyForDigests) {
  const auto fault = [](Map map) {
    map.insert({"METERING_HASH_PAYLOADS", "hmac"});
    const auto config = load_with(std::move(map));
    return config ? std::string("none") : config.error().lines.front();
  };
  EXPECT_EQ(fault({}), "METERING_HASH_KEY_FILE: required with METERING_HASH_PAYLOADS=hmac");
  EXPECT_EQ(fault({{"METERING_HASH_KEY_FILE", "/none"}}),
            "METERING_HASH_KEY_FILE=\"/none\": cannot be read: No such file or directory");
  EXPECT_EQ(fault({{"METERING_HASH_KEY_FILE", "/short"}}),
            "METERING_HASH_KEY_FILE=\"/short\": holds fewer than 16 bytes");
  EXPECT_EQ(fault({{"METERING_HASH_KEY_FILE", "/hash"}}), "none");
  EXPECT_TRUE(load_with({{"METERING_HASH_KEY_FILE", "/none"}}));  // turned off: not looked at
}

}  // namespace
}  // namespace llmgw::proxy
