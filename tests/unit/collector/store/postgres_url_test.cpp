// SPDX-License-Identifier: MIT
// Addresses of PostgreSQL stores: what is read out of them, and what is refused without being told.
#include "collector/store/postgres_url.hpp"

#include <gtest/gtest.h>

#include "collector/store/store_url.hpp"

namespace llmgw::collector {
namespace {

TEST(PostgresUrl, ReadsEveryPart) {
  const auto url = parse_postgres_url(
      "//gate%20way@db-1.example:6432,[2001:db8::1],10.0.0.7:5433/usage%2Fdb"
      "?sslmode=verify-ca&schema=metering_2&target_session_attrs=any");
  ASSERT_TRUE(url) << url.error();
  EXPECT_EQ(url->hosts, (std::vector<PostgresUrl::Host>{
                            {"db-1.example", 6432}, {"2001:db8::1", 5432}, {"10.0.0.7", 5433}}));
  EXPECT_EQ(url->user, "gate way");
  EXPECT_EQ(url->database, "usage/db");
  EXPECT_EQ(url->schema, "metering_2");
  EXPECT_EQ(url->ssl_mode, SslMode::verify_ca);
  EXPECT_TRUE(url->is_any_session);
  EXPECT_EQ(hosts_text(*url), "db-1.example:6432,[2001:db8::1]:5432,10.0.0.7:5433");
}

TEST(PostgresUrl, HasDefaults) {
  const auto url = parse_postgres_url("//gateway@db");
  ASSERT_TRUE(url) << url.error();
  EXPECT_EQ(url->hosts, (std::vector<PostgresUrl::Host>{{"db", 5432}}));
  EXPECT_EQ(url->database, "gateway");
  EXPECT_EQ(url->schema, "llmgw");
  EXPECT_FALSE(url->is_any_session);
}

TEST(PostgresUrl, EncryptsUnlessAllHostsAreThisMachine) {
  const auto mode = [](std::string_view text) { return parse_postgres_url(text)->ssl_mode; };
  EXPECT_EQ(mode("//u@db/d"), SslMode::verify_full);
  EXPECT_EQ(mode("//u@127.0.0.1/d"), SslMode::disable);
  EXPECT_EQ(mode("//u@localhost,[::1]:5433/d"), SslMode::disable);
  EXPECT_EQ(mode("//u@localhost,db/d"), SslMode::verify_full);
  EXPECT_EQ(mode("//u@localhost.evil.example/d"), SslMode::verify_full);
  EXPECT_EQ(mode("//u@127.0.0.1/d?sslmode=require"), SslMode::require);
  EXPECT_EQ(mode("//u@db/d?sslmode=disable"), SslMode::disable);
}

TEST(PostgresUrl, RefusesWhatItCannotHonour) {
  struct Case {
    std::string_view url;
    std::string_view word;
  };
  const Case cases[] = {
      {"", "form"},
      {"/db", "form"},
      {"//db/d", "user"},
      {"//@db/d", "user"},
      {"//u:hush@db/d", "password"},
      {"//u:hu@sh@db/d", "password"},
      {"//u@/d", "host"},
      {"//u@db:0/d", "port"},
      {"//u@db:65536/d", "port"},
      {"//u@db:x/d", "port"},
      {"//u@db,/d", "host"},
      {"//u@d b/d", "host"},
      {"//u@[::1/d", "host"},
      {"//u@[::1]x/d", "host"},
      {"//u@db/a/b", "database"},
      {"//u@db/%zz", "database"},
      {"//u@db/%00", "database"},
      {"//u@db/d#x", "form"},
      {"//u@db/d?sslmode=prefer", "sslmode"},
      {"//u@db/d?schema=Llmgw", "schema"},
      {"//u@db/d?schema=1a", "schema"},
      {"//u@db/d?schema=pg_x", "schema"},
      {"//u@db/d?schema=", "schema"},
      {"//u@db/d?target_session_attrs=standby", "target_session_attrs"},
      {"//u@db/d?password=hush", "parameter"},
      {"//u@db/d?options=-c", "parameter"},
      {"//u@a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q/d", "16"},
  };
  for (const auto& [text, word] : cases) {
    const auto url = parse_postgres_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_NE(url.error().find(word), std::string_view::npos) << text << ": " << url.error();
    EXPECT_EQ(url.error().find("hush"), std::string_view::npos) << text;
  }
}

TEST(PostgresUrl, IsOneOfTheStores) {
  EXPECT_EQ(store_url_fault("postgres://u@db/d"), "");
  EXPECT_EQ(store_url_fault("postgresql://u@db/d"), "");
  EXPECT_NE(store_url_fault("postgres:/d"), "");
  EXPECT_TRUE(store_is_remote("postgres://u@db/d"));
  EXPECT_FALSE(store_is_remote("sqlite:/d"));
  EXPECT_FALSE(store_is_remote(""));
}

}  // namespace
}  // namespace llmgw::collector
