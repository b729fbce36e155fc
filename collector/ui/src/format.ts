// SPDX-License-Identifier: MIT
// Numbers as people read them.

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const compactForm = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });

export const none = "–";

/** A name that a caller chose: what would not be seen, or would turn others round, is shown by its number. */
export function named(text: string): string {
  if (text === "") return "(none)";
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (each) => `<U+${each.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}>`);
}

export const integer = (value: number): string => whole.format(value);
export const compact = (value: number): string => value < 10_000 ? whole.format(value) : compactForm.format(value);

/** Of micro-USD, with as many digits as it takes to see it. */
export function money(micro: number | null | undefined): string {
  if (micro === null || micro === undefined) return none;
  return dollars(micro / 1e6);
}

export function dollars(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return "$0";
  if (size >= 1e6) return `$${compactForm.format(value)}`;
  if (size >= 1_000) return `$${whole.format(value)}`;
  if (size >= 1) return `$${value.toFixed(2)}`;
  const digits = Math.min(9, 1 - Math.floor(Math.log10(size)));
  return `$${value.toFixed(Math.max(2, digits)).replace(/(\.\d\d+?)0+$/, "$1")}`;
}

export function share(part: number, of: number): string {
  if (of === 0) return none;
  return percent(part / of);
}

export function percent(value: number): string {
  const size = Math.abs(value) * 100;
  if (size === 0) return "0%";
  if (size < 0.01) return "<0.01%";
  return `${(value * 100).toFixed(size < 1 ? 2 : size < 10 ? 1 : 0)}%`;
}

/** Of milliseconds. */
export function duration(value: number | null | undefined): string {
  if (value === null || value === undefined) return none;
  if (value < 1) return `${value.toFixed(2)} ms`;
  if (value < 10) return `${value.toFixed(1)} ms`;
  if (value < 1_000) return `${value.toFixed(0)} ms`;
  if (value < 100_000) return `${(value / 1_000).toFixed(value < 10_000 ? 2 : 1)} s`;
  return `${(value / 60_000).toFixed(1)} min`;
}

export function bytes(value: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  let size = value;
  for (; size >= 1_000 && unit < units.length - 1; ++unit) size /= 1_000;
  return `${unit === 0 ? size : size.toFixed(size < 10 ? 2 : 1)} ${units[unit]}`;
}

export function ago(time: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - time) / 1_000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3_600) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h ago`;
  return `${Math.round(seconds / 86_400)} days ago`;
}
