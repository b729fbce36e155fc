// SPDX-License-Identifier: MIT
// Ranges as spans of time, the buckets in them, and how these are called. Days are UTC days, as providers bill; hours
// are shown in the viewer's zone.
import type { State } from "./state";

export const hour = 3_600_000;
export const day = 24 * hour;

export type Bucket = "hour" | "day" | "month";

export interface Span {
  from: number;
  to: number; // of what there is to ask: never later than the hour that goes on
  end: number; // of what is shown
  bucket: Bucket;
}

const floorTo = (time: number, unit: number): number => Math.floor(time / unit) * unit;

export function spanOf(state: State, now: number): Span {
  const soon = floorTo(now, hour) + hour;
  const tomorrow = floorTo(now, day) + day;
  const days = (count: number): Span => ({ from: tomorrow - count * day, to: soon, end: tomorrow, bucket: "day" });
  switch (state.range) {
    case "24h": return { from: soon - day, to: soon, end: soon, bucket: "hour" };
    case "7d": return days(7);
    case "90d": return days(90);
    case "month": {
      const today = new Date(now);
      return { ...days(1), from: Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), 1) };
    }
    case "custom": {
      const from = floorTo(Date.parse(state.from), hour);
      const end = Math.max(from + hour, floorTo(Date.parse(state.to) + hour - 1, hour));
      const bucket = end - from <= 3 * day ? "hour" : end - from <= 120 * day ? "day" : "month";
      return { from, to: Math.max(from + hour, Math.min(end, soon)), end, bucket };
    }
    default: return days(30);
  }
}

/** As long a span, just before: up to the same hour of its last day where that of `span` goes on. */
export function before(span: Span): Span {
  const length = span.end - span.from;
  return { ...span, from: span.from - length, to: span.to - length, end: span.end - length };
}

export const iso = (time: number): string => new Date(time).toISOString();

/** Where its buckets begin, as the API calls them. */
export function bucketsOf(span: Span): string[] {
  const all: string[] = [];
  if (span.bucket === "month") {
    const first = new Date(span.from);
    let [year, month] = [first.getUTCFullYear(), first.getUTCMonth()];
    for (; Date.UTC(year, month, 1) < span.end; ++month) {
      if (month > 11) [year, month] = [year + 1, month - 12];
      all.push(iso(Date.UTC(year, month, 1)).slice(0, 7));
    }
    return all;
  }
  const unit = span.bucket === "day" ? day : hour;
  for (let time = floorTo(span.from, unit); time < span.end; time += unit)
    all.push(span.bucket === "day" ? iso(time).slice(0, 10) : iso(time).replace(".000", ""));
  return all;
}

export const beginOf = (bucket: string): number => Date.parse(bucket.length === 7 ? `${bucket}-01` : bucket);

export function endOf(bucket: string, kind: Bucket): number {
  const begin = beginOf(bucket);
  if (kind !== "month") return begin + (kind === "day" ? day : hour);
  const date = new Date(begin);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}

const text = (options: Intl.DateTimeFormatOptions): ((time: number) => string) => {
  const format = new Intl.DateTimeFormat("en-GB", options);
  return (time) => format.format(time);
};
const utcDay = text({ day: "numeric", month: "short", timeZone: "UTC" });
const utcLongDay = text({ weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const utcMonth = text({ month: "short", year: "numeric", timeZone: "UTC" });
const localHour = text({ hour: "2-digit", minute: "2-digit" });
const localDayHour = text({ weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const localMoment = text({ day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" });
const localClock = text({ hour: "2-digit", minute: "2-digit", second: "2-digit" });

export const moment = localMoment;
export const clock = localClock;

export function shortName(bucket: string, kind: Bucket): string {
  const time = beginOf(bucket);
  return kind === "hour" ? localHour(time) : kind === "day" ? utcDay(time) : utcMonth(time);
}

export function longName(bucket: string, kind: Bucket): string {
  const time = beginOf(bucket);
  return kind === "hour" ? localDayHour(time) : kind === "day" ? utcLongDay(time) : utcMonth(time);
}

export function spanText(span: Span): string {
  if (span.bucket === "hour") return `${localDayHour(span.from)} – ${localDayHour(span.to)}`;
  return `${utcDay(span.from)} – ${utcLongDay(span.end - 1).replace(/^\w+,? /, "")}`;
}

export const zone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || "local time";
