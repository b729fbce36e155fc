// SPDX-License-Identifier: MIT
// Looking names up: once for all who wait, never in anybody's way.
#include "common/net/address_book.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>

#include "tests/unit/common/net/loopback.hpp"

namespace llmgw {
namespace {

using namespace std::chrono_literals;
using Addresses = std::vector<Endpoint>;

/// A name server under the test's control. Look-ups own it too: they may outlive the test.
struct Names {
  std::atomic<int> asked = 0;
  bool hold = false;
  std::promise<void> released;
  Addresses answer;
};
using SharedNames = std::shared_ptr<Names>;

SharedNames make_names(Addresses answer = {}) {
  auto made = std::make_shared<Names>();
  made->answer = std::move(answer);
  return made;
}

LookUp::Ask ask(SharedNames names) {
  return [names = std::move(names)](const std::string&, std::uint16_t) {
    ++names->asked;
    if (names->hold) names->released.get_future().wait();
    return names->answer;
  };
}

const Addresses one = literal_address("10.0.0.1", 80);
const Addresses two = literal_address("10.0.0.2", 80);

TEST(AddressBook, ALiteralIsNotAskedFor) {
  const SharedNames names = make_names();
  Loop loop;
  AddressBook book(loop, "::1", 80, ask(names));
  run(loop, [](AddressBook& asked) -> Task<void> {
    const auto found = co_await asked.get(5s, nullptr);
    EXPECT_EQ(to_string(found.value().at(0)), "[::1]:80");
    const auto anew = co_await asked.get_anew(5s, nullptr);
    EXPECT_TRUE(anew.has_value());
  }(book));
  EXPECT_EQ(names->asked, 0);
}

TEST(AddressBook, AllWhoWaitShareOneLookUp) {
  const SharedNames names = make_names(one);
  names->hold = true;
  Loop loop;
  AddressBook book(loop, "name", 80, ask(names));
  int answered = 0;
  for (int i = 0; i < 10; ++i) {
    spawn([](AddressBook& asked, Loop& own, int& count) -> Task<void> {
      const auto found = co_await asked.get(5s, nullptr);
      EXPECT_EQ(found.value(), one);
      if (++count == 10) own.stop();
    }(book, loop, answered));
  }
  loop.post([names] { names->released.set_value(); });
  loop.run();
  EXPECT_EQ(answered, 10);
  EXPECT_EQ(names->asked, 1);
}

TEST(AddressBook, WaitingIsBoundedAndCanBeCancelled) {
  const SharedNames names = make_names(one);
  names->hold = true;
  Loop loop;
  {
    AddressBook book(loop, "name", 80, ask(names));
    run(loop, [](AddressBook& asked, Loop& own) -> Task<void> {
      const auto late = co_await asked.get(20ms, nullptr);
      EXPECT_EQ(late.error(), errc::timed_out);
      ConnectAttempt attempt;
      own.post([&attempt] { attempt.cancel(); });
      const auto ended = co_await asked.get(5s, &attempt);
      EXPECT_EQ(ended.error(), errc::cancelled);
      const auto again = co_await asked.get(5s, &attempt);
      EXPECT_EQ(again.error(), errc::cancelled);
    }(book, loop));
  }  // gone before its answer comes
  names->released.set_value();
}

TEST(AddressBook, SaysThatThereIsNone) {
  const SharedNames names = make_names();
  Loop loop;
  AddressBook book(loop, "name", 80, ask(names));
  run(loop, [](AddressBook& asked) -> Task<void> {
    const auto found = co_await asked.get(5s, nullptr);
    EXPECT_EQ(found.error(), errc::not_resolved);
  }(book));
}

TEST(AddressBook, WhatIsKnownIsGivenAtOnceAndRenewedBehindTheScenes) {
  const SharedNames names = make_names(one);
  Loop loop;
  AddressBook book(loop, "name", 80, ask(names), 0ms);
  run(loop, [](AddressBook& asked, Names& server) -> Task<void> {
    auto found = co_await asked.get(5s, nullptr);
    server.answer = two;
    found = co_await asked.get(5s, nullptr);
    EXPECT_EQ(found.value(), one);
    EXPECT_EQ(server.asked, 1);
    asked.doubt();
    found = co_await asked.get(5s, nullptr);
    EXPECT_EQ(found.value(), one);  // the look-up has only begun
    found = co_await asked.get_anew(5s, nullptr);
    EXPECT_EQ(found.value(), two);
    EXPECT_EQ(server.asked, 2);
    server.answer = {};
    found = co_await asked.get_anew(5s, nullptr);
    EXPECT_EQ(found.value(), two);  // better than none
  }(book, *names));
}

TEST(AddressBook, AsksNoMoreOftenThanItsPause) {
  const SharedNames names = make_names(one);
  Loop loop;
  AddressBook book(loop, "name", 80, ask(names), 1h);
  run(loop, [](AddressBook& asked) -> Task<void> {
    for (int i = 0; i < 5; ++i) {
      asked.doubt();
      const auto found = co_await asked.get_anew(5s, nullptr);
      EXPECT_EQ(found.value(), one);
    }
  }(book));
  EXPECT_EQ(names->asked, 1);
}

TEST(LookUp, TheSystemKnowsThisHost) {
  const Addresses found = system_addresses("localhost", 8080);
  ASSERT_FALSE(found.empty());
  const std::string text = to_string(found.front());
  EXPECT_TRUE(text == "127.0.0.1:8080" || text == "[::1]:8080") << text;
  EXPECT_TRUE(system_addresses("no-such-host.invalid", 80).empty());
}

}  // namespace
}  // namespace llmgw
