// SPDX-License-Identifier: MIT
// Overview: what was spent and by whom, how much was asked, how well it went.
import type { ComponentChildren } from "preact";
import { type Dimension, dimensionNames, dimensions, type Events, type Fault, type Latency, type Session, type Usage, type UsageRow } from "./api";
import { awayOf, useAnswers } from "./ask";
import { Chart } from "./chart";
import { byBucket, namesOf, parameters, pivot, type Series, sorted, stacked, tokens, usagePath } from "./data";
import { compact, duration, integer, money, named, none, percent, share } from "./format";
import { Away, Choice, Delta, Figure, FirstSteps, Notice } from "./parts";
import { before, beginOf, bucketsOf, day, endOf, iso, longName, moment, shortName, type Span } from "./span";
import { go, hasFilters, noFilters, type Sort, type State, toggled } from "./state";

interface Asked {
  groups: Usage;
  earlier: Usage;
  classes: Usage;
  stack: Usage;
  latency: Latency;
  latencyBefore: Latency;
  latencyBuckets: Latency;
  ttft: Latency;
  ttftBefore: Latency;
  ttftBuckets: Latency;
}

export interface ViewProps {
  state: State;
  span: Span;
  session: Session;
  turn: number;
  awaySince: number | null;
  onFault: (fault: Fault) => void;
}

export const toggleTable = (state: State, id: string): void => go({
  tables: state.tables.includes(id) ? state.tables.filter((each) => each !== id) : [...state.tables, id],
});

export const zoomTo = (span: Span, buckets: string[]) => (first: number, last: number): void => {
  const from = buckets[first];
  const to = buckets[last];
  if (from && to) go({ range: "custom", from: iso(beginOf(from)), to: iso(endOf(to, span.bucket)) });
};

const serverOrder = (sort: Sort): string => sort === "tokens" || sort === "requests" ? sort : sort === "cost" ? "cost" : "requests";

const classNames: Record<string, string> = {
  "2xx": "2xx answered", "3xx": "3xx", "4xx": "4xx refused", "5xx": "5xx failed", "1xx": "1xx", none: "none: the client left",
};
const classTones: Record<string, number> = { "2xx": 1, "3xx": 4, "4xx": 2, "5xx": 3, "1xx": 6, none: 5 };

export function Overview(props: ViewProps) {
  const { state, span, turn, onFault } = props;
  const { filters, by } = state;
  const earlier = before(span);
  const buckets = bucketsOf(span);
  const latencyPath = (of: Span, kind: string, bucket?: string) =>
    `/api/v1/latency?${parameters(of, filters, { kind, ...(bucket ? { bucket } : {}) })}`;
  const first = useAnswers<Pick<Asked, "groups">>({
    groups: usagePath(span, filters, { group_by: by, order: serverOrder(state.sort), limit: "200" }),
  }, turn, onFault);
  const top = useAnswers<{ top: Usage }>({
    top: usagePath(span, filters, { group_by: by, order: "cost", limit: "9" }),
  }, turn, onFault);
  const isPriced = (first.answers.groups?.totals.cost_micro_usd ?? null) !== null;
  const names = isPriced ? namesOf(top.answers.top, by)
    : namesOf(first.answers.groups && { ...first.answers.groups, items: sorted(first.answers.groups.items, "tokens", by) }, by);
  const rest = useAnswers<Omit<Asked, "groups">>({
    classes: usagePath(span, filters, { bucket: span.bucket, group_by: "status_class", limit: "1000" }),
    stack: names.length > 0 ? usagePath(span, filters, { bucket: span.bucket, group_by: by, limit: "1000", [by]: names }) : null,
    earlier: usagePath(earlier, filters, {}),
    latency: latencyPath(span, "latency"),
    ttft: latencyPath(span, "ttft"),
    latencyBuckets: latencyPath(span, "latency", span.bucket),
    ttftBuckets: latencyPath(span, "ttft", span.bucket),
    latencyBefore: latencyPath(earlier, "latency"),
    ttftBefore: latencyPath(earlier, "ttft"),
  }, turn, onFault);

  const usage = first.answers.groups;
  const away = awayOf(first) ?? awayOf(top) ?? awayOf(rest);
  const refused = first.faults.groups;
  if (refused && !refused.isAway && !usage)
    return <Notice tone="bad" title="That was refused">{refused.message}</Notice>;
  if (usage && usage.totals.requests === 0 && !away) return <Nothing {...props} />;

  const totals = usage?.totals;
  const was = rest.answers.earlier?.totals;
  const days = byBucket(rest.answers.classes?.items ?? [], buckets);
  const isLoading = first.isLoading || rest.isLoading;
  const common = {
    names: buckets.map((each) => shortName(each, span.bucket)),
    longNames: buckets.map((each) => longName(each, span.bucket) + (endOf(each, span.bucket) > span.to ? ", so far" : "")),
    onZoom: zoomTo(span, buckets),
  };
  const table = (id: string) => ({ id, isTable: state.tables.includes(id), onTable: () => toggleTable(state, id) });
  const per = span.bucket;
  const valueOf = isPriced ? (row: UsageRow) => row.cost_micro_usd ?? 0 : tokens;
  const series = stacked(names, pivot(rest.answers.stack?.items ?? [], buckets, (row) => row[by] ?? "", valueOf),
    days.map((each) => isPriced ? each.cost_micro_usd ?? 0 : tokens(each)), (usage?.items.length ?? 0) > names.length, isPriced ? names.length : 0);
  const sum = (each: Series): number => each.values.reduce<number>((total, value) => total + (value ?? 0), 0);
  const main = isPriced ? (value: number) => money(value) : compact;
  const classes = pivot(rest.answers.classes?.items ?? [], buckets, (row) => row.status_class ?? "", (row) => row.requests);
  const classOrder = Object.keys(classTones).filter((each) => classes.has(each));
  const kinds: Series[] = [
    { name: "Input", values: days.map((each) => Math.max(0, each.prompt_tokens - each.cached_tokens)) },
    { name: "Input from the cache", values: days.map((each) => each.cached_tokens) },
    { name: "Output", values: days.map((each) => each.completion_tokens) },
  ];
  const p95 = (answer: Latency | undefined): number | null => answer?.items[0]?.p95_ms ?? null;
  const perBucket = (answer: Latency | undefined) => {
    const at = new Map((answer?.items ?? []).map((each) => [each.bucket ?? "", each.p95_ms]));
    return buckets.map((each) => at.get(each) ?? null);
  };
  const latencyNote = rest.faults.latency && !rest.faults.latency.isAway
    ? <span class="muted" title={rest.faults.latency.message}>up to 31 days with this filter</span> : null;

  return (
    <div class={isLoading && usage ? "view stale" : "view"} aria-busy={isLoading}>
      {away && <Away fault={away} since={props.awaySince ?? Date.now()} />}
      <dl class="row-of-figures">
        {(isPriced || !totals) && (
          <Figure label="Spend" value={money(totals?.cost_micro_usd)} title={totals?.cost_micro_usd != null ? `$${(totals.cost_micro_usd / 1e6).toFixed(6)}` : undefined}
            values={days.map((each) => each.cost_micro_usd)} isLoading={isLoading}>
            {was && <Delta now={totals?.cost_micro_usd ?? null} was={was.cost_micro_usd} wasText={money(was.cost_micro_usd)} />}
            {totals !== undefined && totals.unpriced_requests > 0 && (
              <a class="warn" title={`Of these ${integer(totals.no_usage_requests)} reported no tokens`} href={`/accounts${location.search}`} onClick={(event) => { event.preventDefault(); go({ view: "accounts" }); }}>
                {compact(totals.unpriced_requests)} {totals.unpriced_requests === 1 ? "request" : "requests"} without a price
              </a>
            )}
          </Figure>
        )}
        <Figure label="Requests" value={totals ? compact(totals.requests) : none} title={totals && integer(totals.requests)}
          values={days.map((each) => each.requests)} isLoading={isLoading}>
          {was && <Delta now={totals?.requests ?? null} was={was.requests} wasText={compact(was.requests)} />}
        </Figure>
        <Figure label="Errors" value={totals ? share(totals.errors, totals.requests) : none} title={totals && `${integer(totals.errors)} of ${integer(totals.requests)}`}
          values={days.map((each) => each.requests ? each.errors / each.requests : 0)} isLoading={isLoading}>
          {was && totals && <Delta now={totals.requests ? totals.errors / totals.requests : null} was={was.requests ? was.errors / was.requests : null}
            wasText={share(was.errors, was.requests)} isBad="up" isShare />}
        </Figure>
        <Figure label="Tokens" value={totals ? compact(tokens(totals)) : none} title={totals && integer(tokens(totals))}
          values={days.map(tokens)} isLoading={isLoading}>
          {was && totals && <Delta now={tokens(totals)} was={tokens(was)} wasText={compact(tokens(was))} />}
          {totals && totals.cached_tokens > 0 && <span class="muted">{share(totals.cached_tokens, totals.prompt_tokens)} of input cached</span>}
        </Figure>
        {(["latency", "ttft"] as const).map((kind) => {
          const now = p95(rest.answers[kind]);
          const then = p95(rest.answers[`${kind}Before`]);
          return (
            <Figure label={kind === "latency" ? "p95 latency" : "p95 first byte"} value={duration(now)} title="within 10 %"
              values={perBucket(rest.answers[`${kind}Buckets`])} isLoading={isLoading}>
              {latencyNote ?? <Delta now={now} was={then} wasText={duration(then)} isBad="up" />}
            </Figure>
          );
        })}
      </dl>
      {usage && !isPriced && (
        <Notice title="No costs: none of these requests has a price">
          Set <code>prices</code> in the proxies' <code>GATEWAY_CONFIG</code>, and events come with what they cost.
          Until then tokens come first here, and no money is made up.
        </Notice>
      )}
      <Chart {...common} {...table(isPriced ? "spend" : "tokens-by")} form="bars" series={series} height={264}
        title={isPriced ? `Spend per ${per}` : `Tokens per ${per}`} note={`by ${dimensionNames[by].toLowerCase()}${series.length > 1 ? ", largest first" : ""}`} format={main}
        total={(each) => main(sum(each))}
        controls={<Choice label="By" of={dimensions} names={dimensionNames} value={by} onChange={(value) => go({ by: value })} />} />
      <div class="pair">
        <Chart {...common} {...table("status")} form="bars" title={`Requests per ${per}`} note="by status" format={compact}
          tones={classOrder.map((each) => classTones[each] ?? 0)}
          series={classOrder.map((each) => ({ name: classNames[each] ?? each, values: classes.get(each) ?? [] }))} total={(each) => compact(sum(each))} />
        <Chart {...common} {...table("tokens")} form="bars" title={`Tokens per ${per}`} note="by kind" format={compact} tones={[0, 4, 5]}
          series={kinds} total={(each) => compact(sum(each))} />
      </div>
      {usage && <Table state={state} span={span} usage={usage} isPriced={isPriced} />}
    </div>
  );
}

function Table({ state, span, usage, isPriced }: { state: State; span: Span; usage: Usage; isPriced: boolean }) {
  const by: Dimension = state.by;
  const rows = sorted(usage.items, state.sort === "cost" && !isPriced ? "tokens" : state.sort, by);
  const shown = state.all ? rows : rows.slice(0, 12);
  const { totals } = usage;
  const of = isPriced ? totals.cost_micro_usd ?? 0 : tokens(totals);
  const partOf = (row: UsageRow): number => of === 0 ? 0 : (isPriced ? row.cost_micro_usd ?? 0 : tokens(row)) / of;
  const exportPath = `/api/v1/export?${parameters(span, state.filters, { what: "usage", format: "csv", group_by: by, bucket: span.bucket === "hour" ? "hour" : span.bucket })}`;
  const head = (sort: Sort, text: string, isNumber = true) => (
    <th scope="col" class={isNumber ? "number" : ""} aria-sort={state.sort === sort ? (sort === "name" ? "ascending" : "descending") : undefined}>
      <button type="button" onClick={() => go({ sort })}>{state.sort === sort && isNumber && <span class="mark" aria-hidden="true">↓ </span>}{text}{state.sort === sort && !isNumber && <span class="mark" aria-hidden="true"> ↑</span>}</button>
    </th>
  );
  return (
    <section class="card table-card" aria-labelledby="who">
      <div class="table-title">
        <h2 id="who">{isPriced ? "Who spent what" : "Who used what"}</h2>
        <span class="note">{dimensionNames[by]} · {usage.next ? "the first 200" : `${rows.length} ${rows.length === 1 ? "row" : "rows"}`}</span>
        {isPriced && totals.unpriced_requests > 0 && <span class="note">* has requests without a price</span>}
        <a class="button" href={exportPath} download={`usage-${by}.csv`}>CSV</a>
      </div>
      <div class="scroll" tabIndex={0} role="region" aria-labelledby="who">
        <table class="rows">
          <thead>
            <tr>
              {head("name", dimensionNames[by], false)}
              {isPriced && head("cost", "Spend")}
              <th scope="col" class="number">Share</th>
              {head("requests", "Requests")}
              {head("errors", "Errors")}
              {head("tokens", "Tokens")}
              <th scope="col" class="number wide-only">Input</th>
              <th scope="col" class="number wide-only">From cache</th>
              <th scope="col" class="number wide-only">Output</th>
              <th scope="col" class="number wide-only">Mean latency</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => {
              const name = row[by] ?? "";
              const part = partOf(row);
              return (
                <tr>
                  <th scope="row">
                    {row.rest ? <span class="muted">All others</span> : (
                      <button class="link cut" type="button" title={`Show ${named(name)} alone`} onClick={() => go({ filters: toggled(state.filters, by, name) })}>{named(name)}</button>
                    )}
                  </th>
                  {isPriced && <td class="number strong" title={row.unpriced_requests ? `${integer(row.unpriced_requests)} requests without a price` : undefined}>{money(row.cost_micro_usd)}{row.unpriced_requests > 0 && row.cost_micro_usd !== null && <span class="muted">*</span>}</td>}
                  <td class="number"><span class="share"><span class="share-bar" aria-hidden="true"><span style={{ width: `${(part * 100).toFixed(1)}%` }} /></span><span class="share-text">{percent(part)}</span></span></td>
                  <td class="number" title={integer(row.requests)}>{compact(row.requests)}</td>
                  <td class={`number ${row.errors > 0 && row.errors / row.requests > 0.1 ? "bad-text" : ""}`} title={integer(row.errors)}>{share(row.errors, row.requests)}</td>
                  <td class="number" title={integer(tokens(row))}>{compact(tokens(row))}</td>
                  <td class="number wide-only">{compact(row.prompt_tokens)}</td>
                  <td class="number wide-only">{share(row.cached_tokens, row.prompt_tokens)}</td>
                  <td class="number wide-only">{compact(row.completion_tokens)}</td>
                  <td class="number wide-only">{duration(row.mean_latency_ms)}</td>
                </tr>
              );
            })}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">Total</th>
              {isPriced && <td class="number strong">{money(totals.cost_micro_usd)}</td>}
              <td />
              <td class="number">{compact(totals.requests)}</td>
              <td class="number">{share(totals.errors, totals.requests)}</td>
              <td class="number">{compact(tokens(totals))}</td>
              <td class="number wide-only">{compact(totals.prompt_tokens)}</td>
              <td class="number wide-only">{share(totals.cached_tokens, totals.prompt_tokens)}</td>
              <td class="number wide-only">{compact(totals.completion_tokens)}</td>
              <td class="number wide-only">{duration(totals.mean_latency_ms)}</td>
            </tr>
          </tfoot>
        </table>
      </div>
      {rows.length > 12 && <button class="more" type="button" onClick={() => go({ all: !state.all })}>{state.all ? "Show the first 12" : `Show all ${rows.length}`}</button>}
    </section>
  );
}

/** Why there is nothing, and where there is something. */
export function Nothing({ state, session, turn, onFault }: ViewProps): ComponentChildren {
  const filtered = new URLSearchParams({ limit: "1" });
  for (const each of dimensions) for (const value of state.filters[each]) filtered.append(each, value);
  const { answers, isDone } = useAnswers<{ last: Events; any: Events }>({
    last: `/api/v1/events?${filtered}`, any: "/api/v1/events?limit=1",
  }, turn, onFault);
  if (!isDone) return <div class="view" aria-busy="true" />;
  const last = answers.last?.items[0]?.["ts"];
  if (typeof last === "string") {
    const time = Date.parse(last);
    const date = Math.floor(time / day) * day;
    return (
      <section class="card empty">
        <h2>Nothing in this range</h2>
        <p>The last event{hasFilters(state.filters) ? " of these" : ""} was on {moment(time)}.</p>
        <button class="main" type="button" onClick={() => go({ range: "custom", from: iso(date - 6 * day), to: iso(date + day) })}>Go there</button>
      </section>
    );
  }
  if (answers.any?.items.length || hasFilters(state.filters)) {
    return (
      <section class="card empty">
        <h2>Nothing fits</h2>
        <p>{hasFilters(state.filters) ? "No event that is still kept has these values." : "There is no event in this range."}</p>
        {hasFilters(state.filters) && <button class="main" type="button" onClick={() => go({ filters: noFilters() })}>Clear the filters</button>}
      </section>
    );
  }
  return <FirstSteps session={session} />;
}
