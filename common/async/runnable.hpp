// SPDX-License-Identifier: MIT
// Runnable: something its loop is to do in its next turn.
#pragma once

#include <boost/intrusive/list.hpp>

namespace llmgw {

/// Linked into its loop's queue by Loop::run_soon(); leaves it when it is run or destroyed.
class Runnable : public boost::intrusive::list_base_hook<
                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  /// May destroy any Runnable, this one included.
  virtual void run() = 0;

 protected:
  ~Runnable() = default;
};

using RunQueue = boost::intrusive::list<Runnable, boost::intrusive::constant_time_size<false>>;

}  // namespace llmgw
