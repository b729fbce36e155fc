// SPDX-License-Identifier: MIT
// Bodies of requests are untrusted: whatever they hold is counted, or is not, and nothing else. The
// same bytes are looked at as an image, and as pieces of an answer.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "proxy/estimate/appraise.hpp"
#include "proxy/tokens/chat_prompt.hpp"
#include "proxy/tokens/image_size.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace llmgw::proxy;
  constexpr std::array<std::string_view, 4> models{"gpt-4", "gpt-4o", "gpt-5", "text-embedding-3"};
  if (size < 1 || size > 16'384) return 0;
  const ModelFamily& family = *family_of(models[data[0] % models.size()]);
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto counted = count_prompt(family, text);
  (void)image_size_of_url(text);
  if (const auto image = image_size(text)) {
    const auto tokens = image_tokens(family.images, *image, false);
    if (tokens && *tokens == 0) std::abort();
  }
  TextBudget budget(1 << 20);
  EstimateJob job;
  job.family = &family;
  job.request.begin(budget, 1 << 20);
  job.request.append(counted ? text : R"({"messages":[]})");
  job.answer.begin(budget, 1 << 20);
  job.answer.append(text);
  if (data[0] >= 128) job.output_bytes = size;
  if (!appraise(job)) std::abort();
  return 0;
}
