// SPDX-License-Identifier: MIT
// Light, dark, or as the system has it; kept in the browser, for it is no part of what is shown.
import { useEffect, useState } from "preact/hooks";

export type Theme = "system" | "light" | "dark";
const system = matchMedia("(prefers-color-scheme: dark)");
const changed = new EventTarget();

function kept(): Theme {
  try {
    const value = localStorage.getItem("theme");
    return value === "light" || value === "dark" ? value : "system";
  } catch {
    return "system";
  }
}

let chosen = kept();
const apply = () => {
  const isDark = chosen === "dark" || (chosen === "system" && system.matches);
  document.documentElement.dataset["theme"] = isDark ? "dark" : "light";
  changed.dispatchEvent(new CustomEvent("change"));
};
system.addEventListener("change", apply);
apply();

export const isDark = (): boolean => document.documentElement.dataset["theme"] === "dark";

export function switchTheme(): void {
  chosen = isDark() ? "light" : "dark";
  if ((chosen === "dark") === system.matches) chosen = "system";
  try {
    localStorage.setItem("theme", chosen);
  } catch { /* it is kept for as long as the page is open */ }
  apply();
}

/** Changes with the theme. */
export function useTheme(): string {
  const [theme, set] = useState(() => document.documentElement.dataset["theme"] ?? "light");
  useEffect(() => {
    const update = () => set(document.documentElement.dataset["theme"] ?? "light");
    changed.addEventListener("change", update);
    return () => changed.removeEventListener("change", update);
  }, []);
  return theme;
}
