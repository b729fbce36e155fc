// SPDX-License-Identifier: MIT
// Questions to the query API, and what it answers.

export interface Sums {
  requests: number;
  errors: number;
  prompt_tokens: number;
  completion_tokens: number;
  cached_tokens: number;
  cache_write_tokens: number;
  reasoning_tokens: number;
  no_usage_requests: number;
  cost_micro_usd: number | null;
  unpriced_requests: number;
  mean_latency_ms: number | null;
  mean_ttft_ms: number | null;
}

export type Dimension = "tenant" | "model" | "provider" | "app_key";
export const dimensions: readonly Dimension[] = ["model", "tenant", "provider", "app_key"];
export const dimensionNames: Record<Dimension, string> = {
  model: "Model", tenant: "Tenant", provider: "Provider", app_key: "Key",
};

export type UsageRow = Sums & { bucket?: string; rest?: boolean; outcome?: string; status_class?: string }
  & { [name in Dimension]?: string };

export interface Usage {
  from: string;
  to: string;
  items: UsageRow[];
  totals: Sums;
  truncated: boolean;
  next: string | null;
}

export interface LatencyRow {
  bucket?: string;
  model?: string;
  provider?: string;
  n: number;
  p50_ms: number;
  p90_ms: number;
  p95_ms: number;
  p99_ms: number;
}

export interface Latency { items: LatencyRow[] }

export type Value = string | number | boolean | null | Value[] | { [name: string]: Value };
export type Event = { [name: string]: Value };
export interface Events { items: Event[]; next: string | null }

export interface Session { login: boolean; tenants: string[] | null; events_port: number; not_stored_since: string | null; version: string }

export interface StoreFacts {
  engine: string;
  schema: number;
  bytes: number;
  requests: number;
  oldest_event: string | null;
  newest_event: string | null;
  floor: string | null;
  keeps_reconciliations: boolean;
}

export type Verdict = "match" | "explained" | "ours_less" | "ours_more" | "unsettled" | "no_data";

export interface Counted {
  requests: number | null;
  prompt_tokens: number;
  cached_tokens: number;
  cache_write_tokens: number;
  completion_tokens: number;
  cost_micro_usd: number | null;
  models: string[];
}

export interface Compared {
  model: string;
  verdict: Verdict;
  because: string[];
  ours: Counted & { no_usage_requests: number; aborted_requests: number; unpriced_requests: number };
  theirs: Counted;
}

/** A day beside the provider's own report. */
export interface ComparedDay {
  provider: string;
  day: string;
  scope: string;
  fetched_at: string;
  tolerance_percent: string;
  verdict: Verdict;
  items: Compared[];
}

export interface Reconciliation { items: ComparedDay[] }

export interface PriceEntry {
  provider: string;
  model: string;
  from: string | null;
  to: string | null;
  input: number | null;
  cached_input: number | null;
  output: number | null;
  text: string;
}

export interface Prices {
  price_id: string | null;
  items: {
    provider: string; model: string; requests: number; unpriced_requests: number; no_usage_requests: number;
    prompt_tokens: number; completion_tokens: number; has_price_now: boolean;
  }[];
  entries: PriceEntry[];
}

/** An answer that is none: the status (0: there was no answer at all), the API's code and its message. */
export class Fault extends Error {
  constructor(readonly status: number, readonly code: string, message: string) {
    super(message);
  }

  /** The collector or its store is away: asking again may help. */
  get isAway(): boolean {
    return this.status === 0 || this.status >= 500;
  }
}

async function fault(response: Response): Promise<Fault> {
  try {
    const { error } = await response.json() as { error: { code: string; message: string } };
    return new Fault(response.status, error.code, error.message);
  } catch {
    return new Fault(response.status, "unknown", `The collector answered ${response.status}.`);
  }
}

async function call(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, credentials: "same-origin", redirect: "error" });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new Fault(0, "unreachable", "The collector cannot be reached.");
  }
  if (!response.ok) throw await fault(response);
  return response;
}

export async function ask<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await call(path, signal ? { signal } : {});
  return await response.json() as T;
}

export async function logIn(token: string): Promise<void> {
  await call("/api/v1/session", { method: "POST", headers: { Authorization: `Bearer ${token}` } });
}

export async function logOut(): Promise<void> {
  await call("/api/v1/session", { method: "DELETE" });
}
