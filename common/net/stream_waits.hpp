// SPDX-License-Identifier: MIT
// PURE: what one connection waits for, in either direction, and what it knows of its socket.
#pragma once

#include <cstdint>
#include <utility>

namespace llmgw {

/// How a wait for the socket stands.
enum class Wait : std::uint8_t {
  none,
  under_way,
  cancelled,  ///< it ends at the next turn, whatever the socket does
};

/// What the next receive finds, by all that is known.
enum class Supply : std::uint8_t {
  none,  ///< the socket was emptied: an event comes before anything else does
  some,
};

/// What may stand in the socket behind the bytes.
enum class Horizon : std::uint8_t {
  bytes,
  end,  ///< an end, a reset or urgent data, of which no event will tell again
};

/// How the time of whoever reads stands.
enum class Patience : std::uint8_t {
  left,
  over,  ///< its limit has passed, or it was interrupted; the connection stays usable
};

/// Waiting for bytes.
class ReceiveWait {
 public:
  bool is_waiting() const noexcept { return wait_ != Wait::none; }
  /// Whether the wait is over, so that end() is to follow.
  bool is_due() const noexcept {
    return wait_ == Wait::cancelled || (wait_ == Wait::under_way && supply_ == Supply::some);
  }

  /// Nothing is waited for yet. Whether the wait is over at once.
  bool begin() noexcept {
    wait_ = Wait::under_way;
    return supply_ == Supply::some;
  }
  /// Whether it was cancelled; if not, it is time to receive.
  bool end() noexcept { return std::exchange(wait_, Wait::none) == Wait::cancelled; }
  /// Whether there was a wait.
  bool cancel() noexcept {
    if (wait_ != Wait::none) wait_ = Wait::cancelled;
    return wait_ != Wait::none;
  }

  void note_event(Horizon horizon) noexcept {
    supply_ = Supply::some;
    if (horizon == Horizon::end) horizon_ = horizon;
  }
  /// After a receive that brought bytes, as many as it had room for or less: less has emptied the
  /// socket, unless there is more behind the bytes.
  void note_bytes(bool filled_the_room) noexcept {
    supply_ = filled_the_room || horizon_ == Horizon::end ? Supply::some : Supply::none;
  }
  /// After one that brought none.
  void note_nothing() noexcept { supply_ = Supply::none; }

  friend bool operator==(const ReceiveWait&, const ReceiveWait&) = default;

 private:
  Wait wait_ = Wait::none;
  Supply supply_ = Supply::none;
  Horizon horizon_ = Horizon::bytes;
};

/// What is known of the room that the socket has for bytes to be sent.
enum class Room : std::uint8_t {
  not_asked,  ///< no event tells of it yet
  none,
  some,
};

/// Waiting for room.
class SendWait {
 public:
  bool is_waiting() const noexcept { return wait_ != Wait::none; }
  bool is_due() const noexcept {
    return wait_ == Wait::cancelled || (wait_ == Wait::under_way && room_ == Room::some);
  }

  /// Begins after a send for which the room did not suffice. Whether the socket is to be asked for
  /// events that tell of room, which is once.
  bool begin() noexcept {
    wait_ = Wait::under_way;
    return std::exchange(room_, Room::none) == Room::not_asked;
  }
  /// Whether it was cancelled; if not, it is time to send.
  bool end() noexcept { return std::exchange(wait_, Wait::none) == Wait::cancelled; }
  /// Whether there was a wait.
  bool cancel() noexcept {
    if (wait_ != Wait::none) wait_ = Wait::cancelled;
    return wait_ != Wait::none;
  }

  void note_room() noexcept {
    if (room_ != Room::not_asked) room_ = Room::some;
  }

  friend bool operator==(const SendWait&, const SendWait&) = default;

 private:
  Wait wait_ = Wait::none;
  Room room_ = Room::not_asked;
};

}  // namespace llmgw
