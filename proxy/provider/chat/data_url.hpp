// SPDX-License-Identifier: MIT
// PURE: where the bytes of an image or a file are: within the request, or behind a URL that the
// provider is to fetch. The gateway fetches nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace llmgw::proxy::chat {

/// `data:TYPE;base64,DATA`. Both are good: the type is lower-case letters, digits and `/+-.`, the
/// data are of base64's alphabet.
struct DataUrl {
  std::string type;
  std::string_view data;  ///< inside of a string: to be copied as it is
};

/// Of the inside of a string. Nothing for any other URL, and for one that is no good.
std::optional<DataUrl> parse_data_url(std::string_view inside);

/// Whether the inside of a string stands for text that begins with `data:`, good or not.
bool is_data_url(std::string_view inside);
/// Whether it begins with `http://` or `https://`, in any case of letters.
bool is_web_url(std::string_view inside);
bool is_https_url(std::string_view inside);

/// Whether it is of base64's alphabet and not empty. Slashes may be escaped, as some encoders of
/// JSON do.
bool is_base64(std::string_view inside) noexcept;
/// The same, and nothing is missing at its end: so are signatures that a provider has made.
bool is_whole_base64(std::string_view inside) noexcept;

}  // namespace llmgw::proxy::chat
