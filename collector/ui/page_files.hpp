// SPDX-License-Identifier: MIT
// PURE: the files of the page as the program carries them; pack.py makes their table at build.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace llmgw::collector {

struct PageFile {
  std::string_view path;    ///< `/` is the document
  std::string_view type;    ///< for Content-Type
  std::string_view digest;  ///< of its bytes
  std::size_t size;         ///< without coding
  std::string_view brotli;
  std::string_view gzip;

  /// All but the document have names that no other content will have.
  bool is_for_ever() const noexcept { return path != "/"; }
};

std::span<const PageFile> page_files() noexcept;

/// The document is there at the paths of all views. Null: there is no such file.
const PageFile* find_page_file(std::string_view path) noexcept;

/// Codings in which a file may be sent.
enum class PageCoding : unsigned char { identity, gzip, brotli };

/// Whether a value of Accept-Encoding names the coding, and does not refuse it.
bool takes_coding(std::string_view accepted, std::string_view coding) noexcept;
/// The smallest that it takes.
PageCoding page_coding(std::string_view accepted) noexcept;

/// Whether a value of If-None-Match names this tag, which is in quotes.
bool names_tag(std::string_view if_none_match, std::string_view tag) noexcept;

}  // namespace llmgw::collector
