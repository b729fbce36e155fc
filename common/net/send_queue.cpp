// SPDX-License-Identifier: MIT
// Asking for SIOCOUTQ.
#include "common/net/send_queue.hpp"

#include <linux/sockios.h>
#include <sys/ioctl.h>

namespace llmgw {

int bytes_in_send_queue(int socket) noexcept {
  int count = 0;
  ::ioctl(socket, SIOCOUTQ, &count);
  return count;
}

}  // namespace llmgw
