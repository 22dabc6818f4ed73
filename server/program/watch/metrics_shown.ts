/**
 * What each part of the metrics is shown with.
 *
 * @module
 */
import type { Registry } from "prom-client";
import type { Histogram } from "./metrics_histogram.ts";

/** `prom-client`, as {@linkcode Measured} is given it. */
export type Prometheus = Pick<typeof import("prom-client"), "Counter" | "Gauge"> & { registers: Registry[] };

/** What is measured, in numbers of its own until somebody asks: a server that nobody asks does not load `prom-client`. */
export interface Measured {
  /** Registers what is shown of it. */
  show?(prometheus: Prometheus): void;
  /** What of it is counted in buckets. */
  readonly histograms?: readonly Histogram[];
}
