// SPDX-License-Identifier: MIT
// The assembler puts the files into the program's constants.
#include "proxy/tokens/rank_data.hpp"

// RANK_DATA_FOLDER is where they lie; proxy/CMakeLists.txt says so.
#define LLMGW_INCLUDE_RANKS(name)                                                       \
  asm(".pushsection .rodata.ranks_of_" #name                                            \
      ", \"a\", %progbits\n"                                                            \
      ".balign 16\n"                                                                    \
      ".hidden llmgw_ranks_of_" #name "\n.global llmgw_ranks_of_" #name                 \
      "\n.hidden llmgw_end_of_ranks_of_" #name "\n.global llmgw_end_of_ranks_of_" #name \
      "\nllmgw_ranks_of_" #name                                                         \
      ":\n"                                                                             \
      ".incbin \"" RANK_DATA_FOLDER "/" #name                                           \
      ".zst\"\n"                                                                        \
      "llmgw_end_of_ranks_of_" #name ":\n.popsection\n")

LLMGW_INCLUDE_RANKS(cl100k_base);
LLMGW_INCLUDE_RANKS(o200k_base);

extern "C" {
[[gnu::visibility("hidden")]] extern const char llmgw_ranks_of_cl100k_base[];
[[gnu::visibility("hidden")]] extern const char llmgw_end_of_ranks_of_cl100k_base[];
[[gnu::visibility("hidden")]] extern const char llmgw_ranks_of_o200k_base[];
[[gnu::visibility("hidden")]] extern const char llmgw_end_of_ranks_of_o200k_base[];
}

namespace llmgw::proxy {

RankData rank_data(Encoding encoding) noexcept {
  if (encoding == Encoding::cl100k)
    return {{llmgw_ranks_of_cl100k_base, llmgw_end_of_ranks_of_cl100k_base}, 100'256, 643'830};
  return {{llmgw_ranks_of_o200k_base, llmgw_end_of_ranks_of_o200k_base}, 199'998, 1'397'670};
}

}  // namespace llmgw::proxy
