// SPDX-License-Identifier: MIT
// Counts tokens for tests/tokens and bench/run_tokens. See `usage`.
#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include "proxy/tokens/counter.hpp"

namespace {

using namespace llmgw::proxy;

constexpr const char* usage =
    "token-count cl100k|o200k [CUT]\n"
    "    of texts on stdin, each a line with its size in bytes, then those: a line with its "
    "count.\n"
    "    With CUT the counter is given parts of that many bytes.\n"
    "token-count cl100k|o200k ROUNDS FILE\n"
    "    of a file, that often: count and seconds of each round.\n";

void count_texts(Encoding encoding, std::size_t cut) {
  std::ios::sync_with_stdio(false);
  TokenCounter counter(encoding);
  std::string text;
  for (std::size_t size = 0; std::cin >> size && std::cin.get() == '\n';) {
    text.resize(size);
    std::cin.read(text.data(), static_cast<std::streamsize>(size));
    for (std::string_view rest = text; !rest.empty();) {
      const std::string_view part = rest.substr(0, cut);
      counter.add(part);
      rest.remove_prefix(part.size());
    }
    std::cout << counter.finish() << '\n';
  }
  std::cout.flush();
}

void time_file(Encoding encoding, unsigned long rounds, const char* path) {
  using Clock = std::chrono::steady_clock;
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  count_tokens(encoding, "");  // the table is there from now on
  for (; rounds > 0; --rounds) {
    const auto begun = Clock::now();
    const std::uint64_t count = count_tokens(encoding, text);
    std::cout << count << ' ' << std::chrono::duration<double>(Clock::now() - begun).count()
              << '\n';
  }
}

}  // namespace

int main(int count, char** given) try {
  const std::vector<std::string> arguments(given + 1, given + count);
  if (arguments.empty() || (arguments[0] != "cl100k" && arguments[0] != "o200k")) {
    std::cerr << usage;
    return 2;
  }
  const Encoding encoding = arguments[0] == "cl100k" ? Encoding::cl100k : Encoding::o200k;
  const auto number = [&] { return std::stoul(arguments[1]); };
  if (arguments.size() > 2) {
    time_file(encoding, number(), arguments[2].c_str());
  } else {
    count_texts(encoding,
                arguments.size() > 1 ? number() : std::numeric_limits<std::size_t>::max());
  }
  return 0;
} catch (const std::exception& fault) {
  std::cerr << fault.what() << '\n';
  return 1;
}
