#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Packs the files of the page for the program: collector/ui/pack.py DIST FOLDER.

Makes of each file of DIST its forms in gzip and brotli, and page_files.cpp, which has the assembler put them into the
program's constants. The same files give the same bytes.
"""

import gzip
import hashlib
import pathlib
import subprocess
import sys

TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
         ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
INCLUDE = r"""asm("# {digest}\n.pushsection .rodata.page_{name}, \"a\", %progbits\n"
    ".hidden llmgw_page_{name}\n.global llmgw_page_{name}\n"
    ".hidden llmgw_end_of_page_{name}\n.global llmgw_end_of_page_{name}\n"
    "llmgw_page_{name}:\n.incbin \"{file}\"\nllmgw_end_of_page_{name}:\n.popsection\n");
extern "C" {{
[[gnu::visibility("hidden")]] extern const char llmgw_page_{name}[];
[[gnu::visibility("hidden")]] extern const char llmgw_end_of_page_{name}[];
}}
"""


def pack(file: pathlib.Path, number: int, folder: pathlib.Path) -> tuple[str, str]:
    """What page_files.cpp says of a file: where its forms are, and its row."""
    content = file.read_bytes()
    brotli = subprocess.run(["brotli", "--best", "--stdout", "--no-copy-stat", file], check=True, capture_output=True)
    included, forms = "", []
    for coding, packed in (("br", brotli.stdout), ("gz", gzip.compress(content, 9, mtime=0))):
        (folder / f"{file.name}.{coding}").write_bytes(packed)
        name = f"{number}_{coding}"
        included += INCLUDE.format(name=name, file=folder / f"{file.name}.{coding}",
                                   digest=hashlib.sha256(packed).hexdigest())
        forms.append(f"{{llmgw_page_{name}, llmgw_end_of_page_{name}}}")
    path = "/" if file.name == "index.html" else f"/assets/{file.name}"
    digest = hashlib.sha256(content).hexdigest()[:16]
    return included, f'    {{"{path}", "{TYPES[file.suffix]}", "{digest}", {len(content)}, {", ".join(forms)}}},\n'


def main() -> None:
    dist, folder = map(pathlib.Path, sys.argv[1:3])
    folder.mkdir(parents=True, exist_ok=True)
    parts = [pack(file, number, folder.resolve()) for number, file in enumerate(sorted(dist.iterdir()))]
    text = '// Made by collector/ui/pack.py.\n#include "collector/ui/page_files.hpp"\n\n'
    text += "".join(included for included, _ in parts)
    text += "\nnamespace llmgw::collector {\n\nstd::span<const PageFile> page_files() noexcept {\n"
    text += "  static const PageFile all[] = {\n" + "".join(row for _, row in parts)
    text += "  };\n  return all;\n}\n\n}  // namespace llmgw::collector\n"
    (folder / "page_files.cpp").write_text(text)


if __name__ == "__main__":
    main()
