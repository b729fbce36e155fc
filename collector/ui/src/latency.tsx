// SPDX-License-Identifier: MIT
// Latency and errors: how long calls took, by model, and how they ended.
import { type Latency, type LatencyRow, type Usage, type UsageRow } from "./api";
import { awayOf, useAnswers } from "./ask";
import { Chart } from "./chart";
import { latencySeries, parameters, pivot, type Series, usagePath } from "./data";
import { compact, duration, integer, named, share } from "./format";
import { Nothing, toggleTable, type ViewProps, zoomTo } from "./overview";
import { Away, Choice, Notice } from "./parts";
import { bucketsOf, longName, shortName } from "./span";
import { go, type State, toggled } from "./state";

interface Asked {
  whole: Latency;
  perModel: Latency;
  perModelBucket: Latency;
  otherPerModel: Latency;
  outcomes: Usage;
  perOutcome: Usage;
  models: Usage;
}

const outcomeNames: Record<string, string> = {
  completed: "Completed", refused: "Refused by the gateway", client_aborted: "Client left", stream_error: "Error within a stream",
  upstream_aborted: "Upstream broke off", upstream_timeout: "Upstream too slow", upstream_unreachable: "Upstream not reached",
  upstream_invalid: "Upstream answered an error",
};
const outcomeOrder = Object.keys(outcomeNames);
const outcomeTones = [1, 6, 5, 2, 4, 3, 7, 0];
const outcomeName = (word: string): string => outcomeNames[word] ?? word;
const kindNames = { latency: "Latency", ttft: "First byte" };

export function LatencyView(props: ViewProps) {
  const { state, span, turn, onFault } = props;
  const { filters, kind } = state;
  const buckets = bucketsOf(span);
  const path = (more: Record<string, string | string[]>) => `/api/v1/latency?${parameters(span, filters, more)}`;
  const perModel = useAnswers<Pick<Asked, "perModel" | "otherPerModel" | "models">>({
    perModel: path({ kind, group_by: "model" }),
    otherPerModel: path({ kind: kind === "ttft" ? "latency" : "ttft", group_by: "model" }),
    models: usagePath(span, filters, { group_by: "model", limit: "200" }),
  }, turn, onFault);
  const busiest = [...perModel.answers.perModel?.items ?? []].sort((a, b) => b.n - a.n).slice(0, 6).map((each) => each.model ?? "");
  const rest = useAnswers<Omit<Asked, "perModel" | "otherPerModel" | "models">>({
    whole: path({ kind, bucket: span.bucket }),
    perModelBucket: busiest.length > 0 ? path({ kind, bucket: span.bucket, group_by: "model", model: busiest }) : null,
    outcomes: usagePath(span, filters, { bucket: span.bucket, group_by: "outcome", limit: "1000" }),
    perOutcome: usagePath(span, filters, { group_by: "model,outcome", limit: "1000" }),
  }, turn, onFault);
  const away = awayOf(perModel) ?? awayOf(rest);
  const models = perModel.answers.models;
  if (models && models.totals.requests === 0 && !away) return <Nothing {...props} />;
  const isLoading = perModel.isLoading || rest.isLoading;
  const refused = rest.faults.whole && !rest.faults.whole.isAway ? rest.faults.whole : null;

  const common = {
    names: buckets.map((each) => shortName(each, span.bucket)),
    longNames: buckets.map((each) => longName(each, span.bucket)),
    onZoom: zoomTo(span, buckets),
  };
  const table = (id: string) => ({ id, isTable: state.tables.includes(id), onTable: () => toggleTable(state, id) });
  const whole = rest.answers.whole?.items ?? [];
  const percentiles: Series[] = [
    latencySeries(whole, buckets, "p50", (row) => row.p50_ms),
    latencySeries(whole, buckets, "p95", (row) => row.p95_ms),
    latencySeries(whole, buckets, "p99", (row) => row.p99_ms),
  ];
  const lines = busiest.map((model) => latencySeries(
    (rest.answers.perModelBucket?.items ?? []).filter((each) => each.model === model), buckets, model, (row) => row.p95_ms));
  const outcomes = pivot(rest.answers.outcomes?.items ?? [], buckets, (row) => row.outcome ?? "", (row) => row.requests);
  const order = [...outcomeOrder.filter((each) => outcomes.has(each)), ...[...outcomes.keys()].filter((each) => !outcomeOrder.includes(each))];
  const failures = order.filter((each) => each !== "completed");
  const sum = (values: number[] | undefined): number => (values ?? []).reduce((total, each) => total + each, 0);
  const what = kind === "latency" ? "Latency" : "Time to first byte";

  return (
    <div class={isLoading && models ? "view stale" : "view"} aria-busy={isLoading}>
      {away && <Away fault={away} since={props.awaySince ?? Date.now()} />}
      {refused && (
        <Notice tone="warn" title="No times for this choice">
          {refused.code === "invalid_parameter" ? "Times of single tenants and keys are counted from single events: choose a range of at most 31 days, or fewer filters."
            : refused.message}
        </Notice>
      )}
      <Chart {...common} {...table("percentiles")} form="lines" title={`${what} per ${span.bucket}`} note="percentiles, within 10 %" height={264}
        series={percentiles} tones={[1, 0, 3]} format={duration}
        controls={<Choice label="Time" of={["latency", "ttft"] as const} names={kindNames} value={kind} onChange={(value) => go({ kind: value })} />} />
      <div class="pair">
        <Chart {...common} {...table("models")} form="lines" title={`p95 ${kind === "latency" ? "latency" : "first byte"} by model`} note={busiest.length === 6 ? "the 6 most asked" : ""}
          series={lines} format={duration} />
        <Chart {...common} {...table("outcomes")} form="bars" title="What went wrong" note={`requests per ${span.bucket}, by outcome`} format={compact}
          series={failures.map((each) => ({ name: outcomeName(each), values: outcomes.get(each) ?? [] }))}
          tones={failures.map((each) => outcomeTones[outcomeOrder.indexOf(each)] ?? 6)} total={(each) => compact(sum(each.values as number[]))} />
      </div>
      {models && <Models state={state} models={models} times={perModel.answers.perModel?.items ?? []} others={perModel.answers.otherPerModel?.items ?? []}
        outcomes={rest.answers.perOutcome?.items ?? []} />}
    </div>
  );
}

function Models({ state, models, times, others, outcomes }: {
  state: State; models: Usage; times: LatencyRow[]; others: LatencyRow[]; outcomes: UsageRow[];
}) {
  const isLatency = state.kind === "latency";
  const at = (rows: LatencyRow[]) => new Map(rows.map((each) => [each.model ?? "", each]));
  const [own, other] = [at(times), at(others)];
  const aborted = new Map<string, number>();
  for (const each of outcomes)
    if (each.outcome === "client_aborted") aborted.set(each.model ?? "", (aborted.get(each.model ?? "") ?? 0) + each.requests);
  const rows = state.all ? models.items : models.items.slice(0, 12);
  return (
    <section class="card table-card" aria-labelledby="models">
      <div class="table-title">
        <h2 id="models">Models</h2>
        <span class="note">{isLatency ? "Latency" : "Time to first byte"}, within 10 %</span>
      </div>
      <div class="scroll" tabIndex={0} role="region" aria-labelledby="models">
        <table class="rows">
          <thead>
            <tr>
              <th scope="col">Model</th>
              {["Requests", "p50", "p95", "p99", isLatency ? "First byte p95" : "Latency p95", "Errors", "Client left"].map((each) => <th scope="col" class="number">{each}</th>)}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => {
              const name = row.model ?? "";
              const mine = own.get(name);
              const left = aborted.get(name) ?? 0;
              return (
                <tr>
                  <th scope="row">{row.rest ? <span class="muted">All others</span>
                    : <button class="link cut" type="button" title={`Show ${named(name)} alone`} onClick={() => go({ filters: toggled(state.filters, "model", name) })}>{named(name)}</button>}</th>
                  <td class="number" title={integer(row.requests)}>{compact(row.requests)}</td>
                  <td class="number">{duration(mine?.p50_ms)}</td>
                  <td class="number strong">{duration(mine?.p95_ms)}</td>
                  <td class="number">{duration(mine?.p99_ms)}</td>
                  <td class="number">{duration(other.get(name)?.p95_ms)}</td>
                  <td class={`number ${row.errors / row.requests > 0.1 ? "bad-text" : ""}`} title={integer(row.errors)}>{share(row.errors, row.requests)}</td>
                  <td class="number" title={integer(left)}>{share(left, row.requests)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {models.items.length > 12 && <button class="more" type="button" onClick={() => go({ all: !state.all })}>{state.all ? "Show the first 12" : `Show all ${models.items.length}`}</button>}
    </section>
  );
}
