// SPDX-License-Identifier: MIT
// use_task: a completion token, so that a Task awaits any operation of Asio.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <coroutine>
#include <optional>
#include <tuple>
#include <utility>

#include "common/error.hpp"

namespace llmgw {

/// `co_await timer.async_wait(use_task)` yields what the operation completes with: its error_code,
/// or a Result where there is a value too. `use_task.with(slot)`: a cancellation signal ends it.
/// The coroutine is not destroyed while it waits.
struct UseTask {
  boost::asio::cancellation_slot slot = {};

  static UseTask with(boost::asio::cancellation_slot slot) noexcept { return {slot}; }
};

inline constexpr UseTask use_task;

namespace detail {

/// One operation, begun when it is awaited; lives in the awaiting frame. `Begin` takes the handler.
template <class Begin, class... Values>
class Operation {
  using Code = boost::system::error_code;
  static_assert(sizeof...(Values) < 2);
  template <class... One>
  struct OutcomeOf {
    using type = Code;
  };
  template <class One>
  struct OutcomeOf<One> {
    using type = Result<One>;
  };

 public:
  using Outcome = typename OutcomeOf<Values...>::type;

  Operation(Begin begin, boost::asio::cancellation_slot slot)
      : begin_(std::move(begin)), slot_(slot) {}

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    waiter_ = waiter;
    std::move(begin_)(Handler{this});
  }
  Outcome await_resume() { return std::move(*outcome_); }

 private:
  struct Handler {
    using cancellation_slot_type = boost::asio::cancellation_slot;
    cancellation_slot_type get_cancellation_slot() const noexcept { return operation->slot_; }

    void operator()(Code fault, Values... values) const {
      operation->complete(fault, std::move(values)...);
    }
    Operation* operation;
  };

  void complete(Code fault, Values... values) {
    if constexpr (sizeof...(Values) == 0) {
      outcome_ = fault;
    } else if (fault) {
      outcome_.emplace(fault);
    } else {
      outcome_.emplace(std::move(values)...);
    }
    waiter_.resume();
  }

  Begin begin_;
  boost::asio::cancellation_slot slot_;
  std::optional<Outcome> outcome_;
  std::coroutine_handle<> waiter_;
};

}  // namespace detail
}  // namespace llmgw

template <class... Values>
class boost::asio::async_result<llmgw::UseTask, void(boost::system::error_code, Values...)> {
 public:
  template <class Initiation, class... Given>
  static auto initiate(Initiation initiation, llmgw::UseTask token, Given... given) {
    auto begin = [initiation = std::move(initiation),
                  given = std::tuple(std::move(given)...)]<class Handler>(Handler handler) mutable {
      std::apply(
          [&](auto&... each) { std::move(initiation)(std::move(handler), std::move(each)...); },
          given);
    };
    return llmgw::detail::Operation<decltype(begin), Values...>(std::move(begin), token.slot);
  }
};
