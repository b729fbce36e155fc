// SPDX-License-Identifier: MIT
// From answers to what charts and tables show.
import type { Dimension, LatencyRow, Sums, Usage, UsageRow } from "./api";
import { dimensions } from "./api";
import type { State } from "./state";
import { iso, type Span } from "./span";

export const most = 8; // series that have a colour; the rest is one

export interface Series {
  name: string;
  values: (number | null)[];
  isRest?: boolean;
}

const emptySums: Sums = {
  requests: 0, errors: 0, prompt_tokens: 0, completion_tokens: 0, cached_tokens: 0, cache_write_tokens: 0,
  reasoning_tokens: 0, no_usage_requests: 0, cost_micro_usd: null, unpriced_requests: 0, mean_latency_ms: null,
  mean_ttft_ms: null,
};

function added(one: Sums, other: Sums): Sums {
  const sum = { ...one };
  for (const name of Object.keys(emptySums) as (keyof Sums)[]) {
    if (name === "cost_micro_usd") continue;
    (sum[name] as number) = (one[name] ?? 0) + (other[name] ?? 0);
  }
  const costs = [one.cost_micro_usd, other.cost_micro_usd].filter((each) => each !== null);
  sum.cost_micro_usd = costs.length > 0 ? costs.reduce((a, b) => a + b, 0) : null;
  return sum;
}

/** The rows of each bucket in one; means are none then. */
export function byBucket(items: UsageRow[], buckets: string[]): Sums[] {
  const sums = new Map<string, Sums>();
  for (const each of items) {
    const at = each.bucket ?? "";
    sums.set(at, added(sums.get(at) ?? emptySums, each));
  }
  return buckets.map((each) => sums.get(each) ?? emptySums);
}

export function pivot(items: UsageRow[], buckets: string[], nameOf: (row: UsageRow) => string,
                      valueOf: (row: UsageRow) => number): Map<string, number[]> {
  const places = new Map(buckets.map((each, index) => [each, index]));
  const series = new Map<string, number[]>();
  for (const each of items) {
    const place = places.get(each.bucket ?? "");
    if (place === undefined) continue;
    const name = nameOf(each);
    let values = series.get(name);
    if (!values) series.set(name, values = buckets.map(() => 0));
    values[place] = (values[place] ?? 0) + valueOf(each);
  }
  return series;
}

/** The series with these names, and what of the totals is left where there are others. `slack`: what rounding makes. */
export function stacked(names: string[], series: Map<string, number[]>, totals: number[], hasOthers: boolean, slack: number): Series[] {
  const shown: Series[] = names.map((name) => ({ name, values: series.get(name) ?? totals.map(() => 0) }));
  if (!hasOthers) return shown;
  const rest = totals.map((total, index) => {
    const left = total - shown.reduce((sum, each) => sum + (each.values[index] ?? 0), 0);
    return left > slack ? left : 0;
  });
  if (rest.some((each) => each > 0)) shown.push({ name: "Other", values: rest, isRest: true });
  return shown;
}

export function latencySeries(items: LatencyRow[], buckets: string[], name: string,
                              valueOf: (row: LatencyRow) => number): Series {
  const at = new Map(items.map((each) => [each.bucket ?? "", valueOf(each)]));
  return { name, values: buckets.map((each) => at.get(each) ?? null) };
}

export const tokens = (row: Sums): number => row.prompt_tokens + row.completion_tokens;

export function amount(row: Sums, sort: State["sort"]): number {
  switch (sort) {
    case "cost": return row.cost_micro_usd ?? -1;
    case "tokens": return tokens(row);
    case "errors": return row.errors;
    default: return row.requests;
  }
}

export function sorted(items: UsageRow[], sort: State["sort"], by: Dimension): UsageRow[] {
  const name = (row: UsageRow): string => row[by] ?? "";
  return [...items].sort((a, b) =>
    Number(a.rest ?? false) - Number(b.rest ?? false)
    || (sort === "name" ? 0 : amount(b, sort) - amount(a, sort) || b.requests - a.requests)
    || name(a).localeCompare(name(b)));
}

/** The parameters that a span and the filters are; `more` goes before filters of the same name. */
export function parameters(span: { from: number; to: number }, filters: State["filters"],
                           more: Record<string, string | string[]> = {}): string {
  const query = new URLSearchParams({ from: iso(span.from), to: iso(span.to) });
  for (const each of dimensions)
    if (!(each in more)) for (const value of filters[each]) query.append(each, value);
  for (const [name, value] of Object.entries(more))
    for (const each of Array.isArray(value) ? value : [value]) query.append(name, each);
  return query.toString();
}

export type UsageQuestion = Record<string, string | string[]>;
export const usagePath = (span: Span, filters: State["filters"], more: UsageQuestion): string =>
  `/api/v1/usage?${parameters(span, filters, more)}`;

/** Names of the rows that are single ones, the largest first. */
export const namesOf = (usage: Usage | undefined, by: Dimension): string[] =>
  (usage?.items ?? []).filter((each) => !each.rest).slice(0, most).map((each) => each[by] ?? "");
