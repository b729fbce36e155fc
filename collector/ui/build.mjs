// SPDX-License-Identifier: MIT
// Builds dist/ anew: node build.mjs [FOLDER]. The same sources and packages give the same bytes.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const dist = process.argv[2] ?? join(here, "dist");

const made = await build({
  absWorkingDir: here,
  entryPoints: { page: "src/main.tsx" },
  outdir: "out",
  write: false,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "none",
  charset: "utf8",
});

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

const add = (name, content) => {
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 10);
  const dot = name.lastIndexOf(".");
  const full = `${name.slice(0, dot)}-${digest}${name.slice(dot)}`;
  writeFileSync(join(dist, full), content);
  return `/assets/${full}`;
};

const contents = Object.fromEntries(made.outputFiles.map((file) => [file.path.split(".").pop(), file.contents]));
const icon = add("icon.svg", readFileSync(join(here, "src/icon.svg")));
const style = add("page.css", contents.css);
const script = add("page.js", contents.js);
const html = readFileSync(join(here, "src/index.html"), "utf8")
  .replace("ICON", icon).replace("STYLE", style).replace("SCRIPT", script);
writeFileSync(join(dist, "index.html"), html);
