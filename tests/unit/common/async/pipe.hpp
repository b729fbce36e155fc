// SPDX-License-Identifier: MIT
// Pipe: a target of the edge set that tests make ready.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <functional>
#include <stdexcept>

#include "common/async/loop.hpp"
#include "common/system/descriptor.hpp"

namespace llmgw {

/// Both ends of a pipe; the reading one tells of what is written.
struct Pipe final : EdgeSet::Target {
  explicit Pipe(Loop& owner) : loop(owner) {
    int ends[2];
    if (::pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
    from = Descriptor(ends[0]);
    to = Descriptor(ends[1]);
    EXPECT_TRUE(loop.edges().add(from.number(), EPOLLIN, *this));
  }
  ~Pipe() { loop.edges().forget(*this); }

  void write() const { EXPECT_EQ(::write(to.number(), "x", 1), 1); }
  void read() const {
    char byte = 0;
    EXPECT_EQ(::read(from.number(), &byte, 1), 1);
  }
  void ready(std::uint32_t) override { then(); }

  Loop& loop;
  Descriptor from, to;
  std::function<void()> then = [] { FAIL() << "told of what was forgotten"; };
};

}  // namespace llmgw
