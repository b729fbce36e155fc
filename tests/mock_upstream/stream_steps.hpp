// SPDX-License-Identifier: MIT
// PURE: a script as the behaviour asks for it, whole, slow or cut short: one step after the other.
#pragma once

#include <deque>
#include <string>

#include "tests/mock_upstream/stream_script.hpp"

namespace llmgw::mock {

struct Step {
  enum class Kind : std::uint8_t {
    send,    ///< an event without content
    piece,   ///< an event of the content
    error,   ///< an error event
    pause,   ///< silence
    gate,    ///< silence until a test says so
    cut,     ///< the connection is closed, without a good end
    finish,  ///< the stream ends behind an error
    done,    ///< the stream ends as a whole
  };
  Kind kind;
  std::string text;
  Behaviour::Pause duration{0};
};

/// What it is given outlives it. The last step is cut, finish or done.
class StreamSteps {
 public:
  StreamSteps(const StreamScript& script, const Behaviour& wanted) noexcept
      : script_(script), wanted_(wanted) {}

  Step next();

 private:
  enum class Phase : std::uint8_t { head, opening, content, closing };

  void refill();
  void begin();
  void add_content();
  void add(Step::Kind kind, std::string text = {});
  void add_pause(Behaviour::Pause duration);
  void fail(const std::string& event);

  const StreamScript& script_;
  const Behaviour& wanted_;
  std::deque<Step> queue_;
  Phase phase_ = Phase::head;
  std::size_t index_ = 0;  // of the content
  std::size_t sent_ = 0;   // events of all kinds
};

}  // namespace llmgw::mock
