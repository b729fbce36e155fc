// SPDX-License-Identifier: MIT
// A chart of buckets: stacked bars or lines, with a cursor for mouse and keys, and the same figures as a table.
import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import type { Series } from "./data";
import { named } from "./format";
import { useTheme } from "./theme";

export interface ChartProps {
  id: string;
  title: string;
  note?: string;
  form: "bars" | "lines";
  names: string[]; // of buckets, for the axis
  longNames: string[];
  series: Series[];
  tones?: number[]; // colours by their number; in order where it is left out
  format: (value: number) => string;
  total?: (series: Series) => string;
  isTable: boolean;
  onTable: () => void;
  onZoom?: (first: number, last: number) => void;
  controls?: preact.ComponentChildren;
  height?: number;
}

const dashes: number[][] = [[], [7, 4], [2, 3], [10, 3, 2, 3], [4, 4], [1, 4], [12, 4], [6, 2, 2, 2]];

export const tone = (series: Series, index: number, tones?: number[]): string =>
  series.isRest ? "var(--tone-rest)" : `var(--tone-${(tones?.[index] ?? index) % 8})`;

const colour = (variable: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(variable.replace(/^var\((.*)\)$/, "$1")).trim();

// The first to the last series from the bottom up; each is drawn over the sum of itself and those below it.
function piledUp(series: Series[], count: number): (number | null)[][] {
  const sums: (number | null)[][] = [];
  const running = new Array<number>(count).fill(0);
  for (const each of series) {
    for (let i = 0; i < count; ++i) running[i] = (running[i] ?? 0) + (each.values[i] ?? 0);
    sums.push(running.map((sum, index) => each.values[index] ? sum : null));
  }
  return sums.reverse();
}

const isEmpty = (series: Series[]): boolean => series.every((each) => each.values.every((value) => !value));

function options(props: ChartProps, width: number, onCursor: (index: number | null) => void): uPlot.Options {
  const count = props.names.length;
  const isBars = props.form === "bars";
  const muted = colour("--muted");
  const font = `11px ${colour("--font")}`;
  const shown = props.series.map((each, index) => ({
    label: each.name,
    stroke: isBars ? colour("--card") : colour(tone(each, index, props.tones)),
    fill: isBars ? colour(tone(each, index, props.tones)) : undefined,
    width: isBars ? 1 : 2,
    ...(isBars ? { paths: uPlot.paths.bars!({ size: [0.72, 40] }) }
      : { dash: dashes[index % dashes.length], spanGaps: false, points: { show: count < 2 || each.values.filter((v) => v !== null).length < 3, size: 6 } }),
    points: isBars ? { show: false } : { size: 5, show: each.values.filter((value) => value !== null).length < 3 },
  })) as uPlot.Series[];
  const every = Math.max(1, Math.ceil(count / Math.max(1, Math.floor((width - 70) / 64))));
  return {
    width,
    height: props.height ?? 232,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: !isBars, size: 7 }, drag: { x: Boolean(props.onZoom), y: false } },
    scales: {
      x: { time: false, range: [-0.6, count - 0.4] },
      y: { range: (_u, _least, largest) => [0, largest > 0 ? largest * 1.06 : 1] },
    },
    axes: [
      {
        stroke: muted, font, size: 28, gap: 6, grid: { show: false }, ticks: { show: false },
        splits: () => props.names.map((_, index) => index).filter((index) => index % every === Math.floor((every - 1) / 2)),
        values: (_u, splits) => splits.map((each) => props.names[each] ?? ""),
      },
      {
        stroke: muted, font, size: 62, gap: 8, ticks: { show: false }, space: 44,
        grid: { stroke: colour("--grid"), width: 1 },
        values: (_u, splits) => splits.map((each) => isEmpty(props.series) ? "" : each === 0 ? "0" : props.format(each).replace(/\.0+(?=$| )/, "")),
      },
    ],
    series: [{}, ...(isBars ? shown.reverse() : shown)],
    hooks: {
      setCursor: [(u) => onCursor(u.cursor.idx ?? null)],
      setSelect: [(u) => {
        if (!props.onZoom || u.select.width < 4) return;
        const first = Math.max(0, Math.round(u.posToVal(u.select.left, "x")));
        const last = Math.min(count - 1, Math.round(u.posToVal(u.select.left + u.select.width, "x")));
        u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        if (last >= first) props.onZoom(first, last);
      }],
    },
  };
}

function Plot(props: ChartProps & { onCursor: (index: number | null, left: number) => void; at: { current: uPlot | null } }) {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const theme = useTheme();
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    watch.observe(place.current!);
    return () => watch.disconnect();
  }, []);
  const data = JSON.stringify([props.names, props.series, props.form]);
  useEffect(() => {
    if (width < 40) return;
    const count = props.names.length;
    const values = props.form === "bars" ? piledUp(props.series, count) : props.series.map((each) => each.values);
    const plot = new uPlot(options(props, width, (index) =>
      props.onCursor(index, index === null ? 0 : plot.valToPos(index, "x") + plot.bbox.left / devicePixelRatio)),
      [props.names.map((_, index) => index), ...values] as uPlot.AlignedData, place.current!);
    props.at.current = plot;
    return () => {
      props.at.current = null;
      plot.destroy();
    };
  }, [width, data, theme]);
  return <div class="plot" ref={place} style={{ minHeight: `${props.height ?? 232}px` }} aria-hidden="true" />;
}

function FigureTable({ props, isHidden }: { props: ChartProps; isHidden: boolean }) {
  return (
    <div class={isHidden ? "hidden-table" : "scroll"} tabIndex={isHidden ? undefined : 0} role={isHidden ? undefined : "region"}
      aria-label={isHidden ? undefined : `${props.title}, as a table`}>
      <table class="figures">
        <caption class="sr">{props.title}</caption>
        <thead>
          <tr><th scope="col">Time</th>{props.series.map((each) => <th scope="col" class="number">{named(each.name)}</th>)}</tr>
        </thead>
        <tbody>
          {props.longNames.map((name, index) => (
            <tr>
              <th scope="row">{name}</th>
              {props.series.map((each) => {
                const value = each.values[index];
                return <td class="number">{value === null || value === undefined ? "–" : props.format(value)}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function Swatch({ series, index, form, tones }: { series: Series; index: number; form: "bars" | "lines"; tones?: number[] | undefined }) {
  const fill = tone(series, index, tones);
  if (form === "bars") return <svg class="swatch" viewBox="0 0 10 10" aria-hidden="true"><rect width="10" height="10" rx="2.5" style={{ fill }} /></svg>;
  const dash = (dashes[index % dashes.length] ?? []).map((each) => each * 0.8).join(" ");
  return <svg class="swatch wide" viewBox="0 0 22 10" aria-hidden="true"><path d="M0 5h22" style={{ stroke: fill, strokeDasharray: dash }} stroke-width="2.5" /></svg>;
}

export function Chart(props: ChartProps) {
  const [cursor, setCursor] = useState<{ index: number; left: number } | null>(null);
  const [hasKeys, setHasKeys] = useState(false);
  const plot = useRef<uPlot | null>(null);
  const count = props.names.length;
  const move = (index: number) => {
    const u = plot.current;
    if (u) u.setCursor({ left: u.valToPos(index, "x"), top: 8 });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const now = cursor?.index ?? -1;
    const to = event.key === "ArrowRight" ? Math.min(count - 1, now + 1)
      : event.key === "ArrowLeft" ? Math.max(0, now < 0 ? count - 1 : now - 1)
        : event.key === "Home" ? 0 : event.key === "End" ? count - 1 : null;
    if (event.key === "Escape") {
      setCursor(null);
      plot.current?.setCursor({ left: -10, top: -10 });
    }
    if (to === null) return;
    event.preventDefault();
    setHasKeys(true);
    move(to);
  };
  const rows = props.series.map((series, index) => ({ series, index, value: series.values[cursor?.index ?? 0] ?? null }));
  const shownRows = rows.filter((each) => each.value !== null && (props.form === "lines" || each.value !== 0));
  if (props.form === "bars") shownRows.reverse();
  const hasNothing = isEmpty(props.series);
  return (
    <figure class="card chart" id={`chart-${props.id}`} aria-labelledby={`title-${props.id}`}>
      <figcaption>
        <div class="heading">
          <h2 id={`title-${props.id}`}>{props.title}</h2>
          {props.note && <span class="note">{props.note}</span>}
        </div>
        <div class="actions">
          {props.controls}
          <button class="quiet" type="button" aria-pressed={props.isTable} onClick={props.onTable}>Table</button>
        </div>
      </figcaption>
      {props.isTable ? <FigureTable props={props} isHidden={false} /> : <>
        <div class="plot-frame" tabIndex={0} role="group" aria-label={`${props.title}: arrow keys move through time`}
          onKeyDown={onKeyDown} onBlur={() => { setHasKeys(false); setCursor(null); }}>
          <Plot {...props} at={plot} onCursor={(index, left) => setCursor(index === null || hasNothing ? null : { index, left })} />
          {hasNothing && <p class="nothing">Nothing to show</p>}
          {cursor && shownRows.length > 0 && (
            <div class={cursor.left > (plot.current?.width ?? 0) / 2 ? "tip left" : "tip"} style={{ insetInlineStart: `${cursor.left}px` }}>
              <strong>{props.longNames[cursor.index]}</strong>
              <ul>
                {shownRows.map(({ series, index, value }) => (
                  <li><Swatch series={series} index={index} form={props.form} tones={props.tones} />
                    <span class="cut">{named(series.name)}</span><span class="number">{props.format(value ?? 0)}</span></li>
                ))}
              </ul>
            </div>
          )}
          <span class="sr" aria-live={hasKeys ? "polite" : "off"}>
            {hasKeys && cursor ? `${props.longNames[cursor.index]}: ${shownRows.map(({ series, value }) => `${named(series.name)} ${props.format(value ?? 0)}`).join(", ") || "nothing"}` : ""}
          </span>
        </div>
        <FigureTable props={props} isHidden={true} />
      </>}
      <ul class="legend">
        {props.series.map((each, index) => (
          <li title={named(each.name)}><Swatch series={each} index={index} form={props.form} tones={props.tones} />
            <span class="cut">{named(each.name)}</span>{props.total && <span class="number muted">{props.total(each)}</span>}</li>
        ))}
      </ul>
    </figure>
  );
}
