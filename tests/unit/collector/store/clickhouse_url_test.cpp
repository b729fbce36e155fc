// SPDX-License-Identifier: MIT
// What URLs of ClickHouse servers say, and what is wrong with those that say something else.
#include "collector/store/clickhouse_url.hpp"

#include <gtest/gtest.h>

#include "collector/store/store_url.hpp"

namespace llmgw::collector {
namespace {

TEST(ClickHouseUrl, HasDefaults) {
  const auto url = parse_clickhouse_url("clickhouse://localhost");
  ASSERT_TRUE(url) << url.error();
  ASSERT_EQ(url->hosts.size(), 1U);
  EXPECT_EQ(to_string(url->hosts[0]), "http://localhost:8123");
  EXPECT_EQ(url->user, "default");
  EXPECT_EQ(url->database, "default");
  EXPECT_EQ(url->cluster, "");
}

TEST(ClickHouseUrl, SaysAll) {
  const auto url =
      parse_clickhouse_url("clickhouses://me@A.example,[::1]:9,b:8444/usage_1?cluster=main-1");
  ASSERT_TRUE(url) << url.error();
  std::string hosts;
  for (const HttpUrl& each : url->hosts) hosts += to_string(each) + " ";
  EXPECT_EQ(hosts, "https://a.example:8443 https://[::1]:9 https://b:8444 ");
  EXPECT_EQ(url->user, "me");
  EXPECT_EQ(url->database, "usage_1");
  EXPECT_EQ(url->cluster, "main-1");
  EXPECT_EQ(parse_clickhouse_url("clickhouse://h/")->database, "default");
}

TEST(ClickHouseUrl, NamesTheFault) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"clickhouse", "it is not of the form clickhouses://host/db"},
      {"clickhousex://h", "the scheme is not clickhouse or clickhouses"},
      {"clickhouse:h", "it is not of the form clickhouses://host/db"},
      {"clickhouse://", "the host is missing"},
      {"clickhouse:///db", "the host is missing"},
      {"clickhouse://a,,b", "the host is missing"},
      {"clickhouse://a,", "the host is missing"},
      {"clickhouse://a:0", "the port is not a number from 1 to 65535"},
      {"clickhouse://a:b", "the port is not a number"},
      {"clickhouse://a b", "it is not of the form https://host:port/path"},
      {"clickhouse://u:p@h",
       "a password is not accepted in the URL, STORE_PASSWORD_FILE names the file that has it"},
      {"clickhouse://@h", "the user's name is not 1 to 64 visible ASCII characters"},
      {"clickhouse://u\r\nX: y@h",
       "a password is not accepted in the URL, STORE_PASSWORD_FILE "
       "names the file that has it"},
      {"clickhouse://h/a/b", "the database's name is not of letters, digits, _ and -"},
      {"clickhouse://h/a'b", "the database's name is not of letters, digits, _ and -"},
      {"clickhouse://h/db?user=x", "nothing but cluster=NAME is accepted behind the ?"},
      {"clickhouse://h/db?cluster=", "the cluster's name is not of letters, digits, _ and -"},
      {"clickhouse://h/db?cluster=a`b", "the cluster's name is not of letters, digits, _ and -"},
      {"clickhouse://h/db#x", "nothing but cluster=NAME is accepted behind the ?"},
  };
  for (const auto& [text, fault] : cases) {
    const auto url = parse_clickhouse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error(), fault) << text;
    if (text.starts_with("clickhouse:/")) {
      EXPECT_EQ(store_url_fault(text), fault);
    }
  }
}

}  // namespace
}  // namespace llmgw::collector
