/**
 * What was measured of every row, as a table.
 *
 * @module
 */
import { median } from "../statistics.ts";
import { rows } from "../report.ts";
import type { Checked } from "./check.ts";
import type { Load } from "./load.ts";
import type { Row } from "./rows.ts";

/** A row with all that is known of it. */
export interface Measured {
  row: Row;
  loads: Load[];
  /** Undefined if it was not looked into. */
  checked: Checked | undefined;
}

/** The table in Markdown, a column for each number of connections. */
export function peersTable(all: readonly Measured[], { connections }: { connections: readonly number[] }): string {
  const titles = [
    "Row",
    "Survive",
    "Handler in",
    ...connections.map((count) => `${count}: a second (least-most), p50 / p99 ms`),
    "CPU s per 1,000 at 1 / 64 (store's)",
    "MB at 256",
    "Flushes a request at 64",
    "fsyncs a request at 1 / 64",
    "In the store",
    "After kill -9",
  ];
  return rows(titles, all.map((one) => cells(one, connections)));
}

function cells({ row, loads, checked }: Measured, connections: readonly number[]): string[] {
  const of = (count: number, figure: keyof Load) => {
    const figures = loads.filter((load) => load.connections === count).map((load) => load[figure]);
    return { middle: show(figures.length > 0 ? median(figures) : NaN), figures };
  };
  const rates = connections.map((count) => {
    const { middle, figures } = of(count, "perSecond");
    const errors = of(count, "errors").figures.reduce((sum, one) => sum + one, 0);
    return `**${middle}** (${show(Math.min(...figures))}-${show(Math.max(...figures))}), ${of(count, "p50").middle} / ${
      of(count, "p99").middle
    }${errors > 0 ? `, ${errors} ERRORS` : ""}`;
  });
  const found = (of: Checked["sampled"]) => of ? `${of.found} of ${of.answered}` : "";
  return [
    row.name,
    row.survive,
    row.handler,
    ...rates,
    `${of(1, "secondsPer1000").middle} / ${of(64, "secondsPer1000").middle} (${of(64, "storeSecondsPer1000").middle})`,
    of(256, "megabytes").middle,
    of(64, "flushesPerRequest").middle,
    checked ? `${show(checked.fsyncsPerRequest.one)} / ${show(checked.fsyncsPerRequest.many)}` : "",
    found(checked?.sampled),
    found(checked?.killed),
  ];
}

function show(value: number): string {
  if (!Number.isFinite(value)) return "-";
  return value >= 100 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(3)));
}
