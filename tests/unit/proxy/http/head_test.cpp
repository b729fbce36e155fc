// SPDX-License-Identifier: MIT
// The head parser: tables of what is accepted and what is refused, every split, and Beast as a
// second opinion.
#include "proxy/http/head.hpp"

#include <gtest/gtest.h>

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "common/text/case_blind.hpp"

namespace llmgw::http {
namespace {

FieldStorage storage;

Result<RequestHead> request(std::string_view text) { return parse_request_head(text, storage); }
Result<ResponseHead> response(std::string_view text, bool to_head = false) {
  return parse_response_head(text, storage, to_head);
}

std::string with_fields(std::string_view fields) {
  return "POST /v1/x HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

TEST(RequestHead, ReadsLineFieldsAndFraming) {
  const std::string text =
      "POST /v1/chat?x=1 HTTP/1.1\r\nHost: api.example:8080\r\nX-Empty:\r\ncontent-LENGTH:  12 \r\n"
      "Authorization:\tBearer k\t\r\n\r\nbody";
  const auto head = request(text);
  ASSERT_TRUE(head.has_value());
  EXPECT_EQ(head->method, "POST");
  EXPECT_EQ(head->target, "/v1/chat?x=1");
  EXPECT_EQ(head->path(), "/v1/chat");
  EXPECT_EQ(head->minor_version, 1);
  EXPECT_EQ(head->size, text.size() - 4);
  ASSERT_EQ(head->fields.size(), 4u);
  EXPECT_EQ(head->fields[1].value, "");
  EXPECT_EQ(head->fields[2].id, FieldId::content_length);
  EXPECT_EQ(head->value(FieldId::authorization), "Bearer k");
  EXPECT_EQ(head->framing.kind, Framing::Kind::length);
  EXPECT_EQ(head->framing.length, 12u);
  EXPECT_TRUE(head->keep_alive);
}

TEST(RequestHead, SkipsEmptyLinesInFront) {
  const std::string text = "\r\n\r\nGET /v1/models HTTP/1.1\r\nHost: a\r\n\r\n";
  const auto head = request(text);
  ASSERT_TRUE(head.has_value());
  EXPECT_EQ(head->size, text.size());
}

struct Persistence {
  const char* version;
  const char* connection;
  bool keep_alive;
};
TEST(RequestHead, PersistenceFollowsVersionAndConnection) {
  for (const Persistence& each : {Persistence{"1.1", "", true},
                                  {"1.1", "close", false},
                                  {"1.1", "x, Close", false},
                                  {"1.0", "", false},
                                  {"1.0", "Keep-Alive", true},
                                  {"1.0", "keep-alive, close", false},
                                  {"1.7", "", true}}) {
    const auto head = request("GET / HTTP/" + std::string(each.version) +
                              "\r\nHost: a\r\nConnection: " + each.connection + "\r\n\r\n");
    ASSERT_TRUE(head.has_value()) << each.version;
    EXPECT_EQ(head->keep_alive, each.keep_alive) << each.version << ' ' << each.connection;
  }
}

TEST(RequestHead, ConnectionNamesFields) {
  const std::string text = with_fields("Connection: close, X-Secret ,\r\nConnection: x-other\r\n");
  const auto head = request(text);
  ASSERT_TRUE(head.has_value());
  EXPECT_TRUE(head->connection_names("x-secret"));
  EXPECT_TRUE(head->connection_names("X-Other"));
  EXPECT_FALSE(head->connection_names("X-Third"));
}

TEST(RequestHead, TargetForms) {
  EXPECT_EQ(request("GET http://h:1/p?q HTTP/1.1\r\nHost: a\r\n\r\n")->target, "/p?q");
  EXPECT_EQ(request("GET http://h HTTP/1.1\r\nHost: a\r\n\r\n")->target, "/");
  EXPECT_EQ(request("GET http://h?q HTTP/1.1\r\nHost: a\r\n\r\n")->path(), "/");
  EXPECT_EQ(request("GET http://h:8/?q HTTP/1.1\r\nHost: a\r\n\r\n")->target, "/?q");
  EXPECT_EQ(request("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")->target, "*");
  for (const char* target :
       {"*", "h:443", "", "http:///p", "http://?q", "p", "/a b", "/\x7f", "/\xc3\xa4", "/a#b",
        "http://u@h/p", "http://h\\@g/p", "http://h#/p", "ftp://h/p"}) {
    EXPECT_TRUE(request("GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n").has_error())
        << target;
  }
}

TEST(RequestHead, KnowsWhomItIsFor) {
  EXPECT_EQ(request("GET /p HTTP/1.1\r\nhost: a:1\r\n\r\n")->authority, "a:1");
  EXPECT_EQ(request("GET http://h:2/p HTTP/1.1\r\nHost: a:1\r\n\r\n")->authority, "h:2");
  EXPECT_EQ(request("GET http://h?q HTTP/1.1\r\nHost: a:1\r\n\r\n")->authority, "h");
  EXPECT_EQ(request("GET /p HTTP/1.0\r\n\r\n")->authority, "");
}

// An upstream might take a CONNECT with a path for a tunnel (RFC 9110 section 9.3.6).
TEST(RequestHead, RefusesConnectInAnyForm) {
  for (const char* target : {"h:443", "/v1/models", "http://h/v1/models", "*"}) {
    EXPECT_EQ(request("CONNECT " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n").error(),
              errc::unsupported_method)
        << target;
  }
}

TEST(RequestHead, BoundsTheOptionsOfConnection) {
  std::string options = "a";
  for (std::size_t i = 1; i < Limits::connection_options; ++i) options += ",a";
  EXPECT_TRUE(request(with_fields("Connection: " + options + "\r\n")).has_value());
  EXPECT_EQ(request(with_fields("Connection: " + options + "\r\nConnection: b\r\n")).error(),
            errc::head_too_large);
}

TEST(RequestHead, RefusesWhatCouldBeReadInTwoWays) {
  const char* const fields[] = {
      "Content-Length: 5\r\nContent-Length: 5\r\n",
      "Content-Length: 5\r\nContent-Length: 6\r\n",
      "Content-Length: 5, 5\r\n",
      "Content-Length: +5\r\n",
      "Content-Length: -5\r\n",
      "Content-Length: 0x5\r\n",
      "Content-Length: 5 5\r\n",
      "Content-Length:\r\n",
      "Content-Length: 99999999999999999999\r\n",
      "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
      "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
      "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
      "Transfer-Encoding : chunked\r\n",
      ("Transfer-Encoding:\x0b"
       "chunked\r\n"),
      "X: a\r\n folded\r\n",
      " X: a\r\n",
      "X : a\r\n",
      "X\r\n",
      ": a\r\n",
      "X\x01: a\r\n",
      "X: a\x01\r\n",
      "X: a\x7f\r\n",
      "X: a\rb\r\n",
      "Host: b\r\n",
      "X(Y): a\r\n",
  };
  for (const char* each : fields)
    EXPECT_EQ(request(with_fields(each)).error(), errc::malformed_message) << each;
  EXPECT_EQ(request(with_fields(std::string_view("X: a\0b\r\n", 8))).error(),
            errc::malformed_message);
  for (const char* coding :
       {"gzip", "gzip, chunked", "chunked, gzip", "xchunked", "chunked, chunked", "identity", ""}) {
    EXPECT_EQ(request(with_fields("Transfer-Encoding: " + std::string(coding) + "\r\n")).error(),
              errc::unsupported_coding)
        << coding;
  }
}

TEST(RequestHead, RefusesBrokenStartLines) {
  for (const char* line :
       {"GET /", "GET  / HTTP/1.1", "GET / HTTP/1.1 ", " GET / HTTP/1.1", "GET\t/ HTTP/1.1",
        "/ HTTP/1.1", "GET / http/1.1", "GET / HTTP/11", "GET / HTTP/1", "GET / HTTP/1.x",
        "G(T / HTTP/1.1", "GET / HTTP/1.1\rX"}) {
    EXPECT_EQ(request(std::string(line) + "\r\nHost: a\r\n\r\n").error(), errc::malformed_message)
        << line;
  }
  EXPECT_EQ(request("GET / HTTP/2.0\r\nHost: a\r\n\r\n").error(), errc::unsupported_version);
  EXPECT_EQ(request("GET / HTTP/1.1\r\n\r\n").error(), errc::malformed_message);  // no Host
  EXPECT_TRUE(request("GET / HTTP/1.0\r\n\r\n").has_value());
  EXPECT_EQ(request("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n").error(),
            errc::malformed_message);
  for (const char* host : {"a b", "a,b/c", "a@b", "a\"b"}) {
    EXPECT_TRUE(request("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n").has_error())
        << host;
  }
}

TEST(RequestHead, Limits) {
  std::string many;
  for (std::size_t i = 0; i < Limits::fields - 1; ++i) many += "X: y\r\n";
  EXPECT_TRUE(request(with_fields(many)).has_value());
  EXPECT_EQ(request(with_fields(many + "X: y\r\n")).error(), errc::head_too_large);
  const auto with_target = [](std::size_t size) {
    return "GET /" + std::string(size - 1, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n";
  };
  EXPECT_TRUE(request(with_target(Limits::target)).has_value());
  EXPECT_EQ(request(with_target(Limits::target + 1)).error(), errc::target_too_long);
}

TEST(RequestHead, MovesToACopyOfItsBytes) {
  for (const std::string_view begin :
       {"\r\n\r\nGET /v1/x?y HTTP/1.1\r\nHost: a\r\n", "GET http://b HTTP/1.1\r\nHost: a\r\n",
        "GET http://b/v1 HTTP/1.1\r\nHost: a\r\n", "GET / HTTP/1.0\r\n"}) {
    std::string text = std::string(begin) + "A: 1\r\nB:\r\nC:\t2 \r\nD: \r\nE: 5\r\n\r\nbody";
    const RequestHead head = request(text).value();
    const std::string_view shown = std::string_view(text).substr(text.find("GET"));
    EXPECT_EQ(head.bytes(), shown.substr(0, shown.find("\r\n\r\nbody") + 2));
    RequestHead moved = head;
    const std::string copy(head.bytes());
    std::vector<Field> fields(head.fields.begin(), head.fields.end());
    moved.move_to(copy, fields);
    FieldStorage others;
    const std::string again(text);
    const RequestHead expected = parse_request_head(again, others).value();
    std::ranges::fill(text, '?');  // nothing may point there any more
    EXPECT_EQ(moved.bytes(), copy);
    EXPECT_EQ(moved.method, "GET");
    EXPECT_EQ(moved.target, expected.target);
    EXPECT_EQ(moved.authority, expected.authority);
    ASSERT_EQ(moved.fields.size(), expected.fields.size());
    for (std::size_t i = 0; i < expected.fields.size(); ++i) {
      const Field& field = moved.fields[i];
      EXPECT_EQ(field.name, expected.fields[i].name);
      EXPECT_EQ(field.value, expected.fields[i].value);
      EXPECT_EQ(field.is_plain_line, expected.fields[i].is_plain_line);
      if (!field.is_plain_line) continue;
      EXPECT_EQ(field.plain_line(), expected.fields[i].plain_line()) << field.name;
    }
  }
}

TEST(RequestHead, KnowsTheBytesThatItIsAViewOf) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"GET /v1 HTTP/1.0\r\n\r\n", "GET /v1"},
      {"GET http://b/v1 HTTP/1.0\r\n\r\n", "GET http://b/v1"},
      {"GET http://b HTTP/1.0\r\n\r\n", "GET http://b"},
      {"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n"},
      {"GET / HTTP/1.0\r\nA:b\r\n\r\n", "GET / HTTP/1.0\r\nA:b"},
      {"GET / HTTP/1.0\r\nA:\r\n\r\n", "GET / HTTP/1.0\r\nA"},
  };
  for (const auto& [text, bytes] : cases) EXPECT_EQ(request(text)->bytes(), bytes);
  EXPECT_EQ(RequestHead().bytes(), "");
}

TEST(ResponseHead, Framing) {
  using Kind = Framing::Kind;
  EXPECT_EQ(response("HTTP/1.1 200 OK\r\n\r\n")->framing.kind, Kind::until_close);
  EXPECT_FALSE(response("HTTP/1.1 200 OK\r\n\r\n")->keep_alive);
  EXPECT_EQ(response("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n")->framing.length, 3u);
  EXPECT_EQ(response("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", true)->framing.kind,
            Kind::none);
  EXPECT_EQ(response("HTTP/1.1 204 No Content\r\n\r\n")->framing.kind, Kind::none);
  EXPECT_EQ(response("HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n")->framing.kind,
            Kind::none);
  EXPECT_EQ(response("HTTP/1.1 103 Early Hints\r\n\r\n")->framing.kind, Kind::none);
  EXPECT_EQ(response("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n")->framing.kind,
            Kind::chunked);
  EXPECT_EQ(response("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n")->reason, "");
  EXPECT_EQ(response("HTTP/1.1 299 Very  odd \xc3\xa4\r\nContent-Length: 0\r\n\r\n")->reason,
            "Very  odd \xc3\xa4");
}

TEST(ResponseHead, Refuses) {
  for (const char* text :
       {"HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 099 x\r\n\r\n",
        "HTTP/1.1 600 x\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n", "HTTP/1.1 200\tOK\r\n\r\n",
        "ICY 200 OK\r\n\r\n", "HTTP/1.1 200 O\rK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX : y\r\n\r\n"}) {
    EXPECT_TRUE(response(text).has_error()) << text;
  }
}

TEST(HeadScanner, FindsTheEndAtEverySplit) {
  const std::string text = "\r\nGET / HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\nrest\r\n\r\n";
  const std::size_t end = text.find("rest");
  for (std::size_t first = 0; first <= text.size(); ++first) {
    HeadScanner scanner;
    auto size = scanner.scan(std::string_view(text).substr(0, first));
    ASSERT_TRUE(size.has_value());
    EXPECT_EQ(size->has_value(), first >= end);
    if (!*size) size = scanner.scan(text);
    ASSERT_TRUE(size.has_value() && size->has_value());
    EXPECT_EQ(**size, end);
  }
  HeadScanner byte_by_byte;
  for (std::size_t size = 0; size < end; ++size) {
    EXPECT_FALSE(byte_by_byte.scan(std::string_view(text).substr(0, size))->has_value());
  }
}

TEST(HeadScanner, RefusesBareLineFeedsAtOnceAndEndlessHeads) {
  EXPECT_EQ(HeadScanner().scan("GET / HTTP/1.1\nHost: a\n\n").error(), errc::malformed_message);
  EXPECT_EQ(HeadScanner().scan("\n").error(), errc::malformed_message);
  EXPECT_EQ(HeadScanner().scan(std::string(Limits::head, 'a')).error(), errc::head_too_large);
  EXPECT_FALSE(HeadScanner().scan(std::string(Limits::head - 1, 'a'))->has_value());
}

// Each line is looked at once, whatever stands before it: a head of empty lines alone must not keep
// the loop busy.
TEST(HeadScanner, TakesEmptyLinesInFrontInLinearTime) {
  std::string text;
  while (text.size() < Limits::head - 2) text += "\r\n";
  HeadScanner scanner;
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t size = 2; size < text.size(); size += 2) {
    ASSERT_FALSE(scanner.scan(std::string_view(text).substr(0, size))->has_value());
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(500));
}

TEST(FieldIds, AreFoundInAnyCase) {
  EXPECT_EQ(field_id("HOST"), FieldId::host);
  EXPECT_EQ(field_id("tE"), FieldId::te);
  EXPECT_EQ(field_id("X-LLM-Tenant"), FieldId::x_llm_tenant);
  EXPECT_EQ(field_id("x-LLM-request-id"), FieldId::x_llm_request_id);
  EXPECT_EQ(field_id("Proxy-Authorization"), FieldId::proxy_authorization);
  EXPECT_EQ(field_id("request-id"), FieldId::request_id);
  for (const char* each :
       {"", "x", "hosts", "hos", "x-llm-tenants", "proxy-authorizations", "content_length"}) {
    EXPECT_EQ(field_id(each), FieldId::other) << each;
  }
}

// Names are compared in words that overlap: each byte has to count.
TEST(FieldIds, AreMissedByAnyOtherByte) {
  constexpr std::string_view token =
      "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  for (const std::string_view name : {"te",
                                      "host",
                                      "expect",
                                      "api-key",
                                      "upgrade",
                                      "x-tenant",
                                      "x-api-key",
                                      "connection",
                                      "keep-alive",
                                      "request-id",
                                      "content-type",
                                      "x-llm-tenant",
                                      "x-request-id",
                                      "authorization",
                                      "content-length",
                                      "content-encoding",
                                      "proxy-connection",
                                      "x-llm-request-id",
                                      "transfer-encoding",
                                      "proxy-authorization"}) {
    const FieldId id = field_id(name);
    EXPECT_NE(id, FieldId::other) << name;
    for (std::size_t at = 0; at < name.size(); ++at) {
      for (const char c : token) {
        std::string changed(name);
        changed[at] = c;
        EXPECT_EQ(field_id(changed) == id, equals_ignoring_case(changed, name)) << changed;
      }
    }
  }
}

// Whatever we accept, Beast accepts with the same method, target and fields: we only ever refuse
// more.
TEST(RequestHead, AgreesWithBeastOnMutatedHeads) {
  namespace beast = boost::beast::http;
  const std::string seed =
      "POST /v1/chat/completions?a=b HTTP/1.1\r\nHost: api.example\r\nContent-Length: "
      "4\r\nConnection: close, x-y\r\n"
      "Accept: */*\r\nX-LLM-Tenant: t\r\n\r\n";
  std::mt19937 random(20261123);
  const std::string alphabet = "\r\n\t :;,-aAzZ019/?*%\x01\x7f\x80\xff\"()";
  int accepted = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string text = seed;
    for (int edits = static_cast<int>(random() % 3); edits >= 0; --edits) {
      const std::size_t at = random() % text.size();
      const char c = alphabet[random() % alphabet.size()];
      switch (random() % 3) {
        case 0: text[at] = c; break;
        case 1: text.insert(at, 1, c); break;
        default: text.erase(at, 1);
      }
    }
    const auto head = request(text);
    // Beast knows no version above 1.1; we speak 1.1 to those.
    const bool known = text.find("HTTP/1.1\r") != text.npos || text.find("HTTP/1.0\r") != text.npos;
    if (head.has_error() || !known) continue;
    ++accepted;
    beast::request_parser<beast::empty_body> parser;
    boost::system::error_code code;
    parser.header_limit(1 << 20);
    parser.put(boost::asio::buffer(text), code);
    ASSERT_TRUE(parser.is_header_done()) << text << code.message();
    EXPECT_EQ(std::string(parser.get().method_string()), head->method);
    std::vector<std::pair<std::string, std::string>> ours, theirs;
    for (const Field& each : head->fields) ours.emplace_back(each.name, each.value);
    for (const auto& each : parser.get())
      theirs.emplace_back(std::string(each.name_string()), std::string(each.value()));
    EXPECT_EQ(ours, theirs) << text;
  }
  EXPECT_GT(accepted, 5'000);
}

}  // namespace
}  // namespace llmgw::http
