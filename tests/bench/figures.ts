/**
 * What was measured, and what was promised of it (docs/performance.md).
 *
 * @module
 */
import type { Disk } from "./measure_disk.ts";
import type { ManyClients } from "./measure_many_clients.ts";
import type { OneClient } from "./measure_one_client.ts";
import type { Start } from "./measure_start.ts";
import { type Line, ms, percent, perSecond } from "./report.ts";

/** Everything of one run. */
export interface Figures {
  manyClients: ManyClients;
  oneClient: OneClient;
  start: Start;
  /** Undefined where there is no `strace`. */
  disk: { asItIs: Disk; slowed: Disk } | undefined;
}

const LEAST_TO_ECHO = 0.4;
const MOST_TO_SUM = 1.6;
const MOST_START_MS = 500;
const MOST_MEGABYTES = 170;

/** Every figure as a line, those with a target first. */
export function lines({ manyClients, oneClient, start, disk }: Figures): Line[] {
  const { echo, padded, accepted, waited, withoutHistory } = manyClients;
  const sum = `echo ${ms(oneClient.echo)} + plugin ${ms(oneClient.plugin)} + two appends ${ms(oneClient.appends)}`;
  const megabytes = (start.serverBytes + start.pluginBytes) / 1e6;
  return [
    {
      what: "64 clients, requests accepted, against a Hono + zod echo",
      measured: percent(manyClients.toEcho),
      target: `≥ ${percent(LEAST_TO_ECHO)}`,
      reached: manyClients.toEcho >= LEAST_TO_ECHO,
      from: `${perSecond(accepted.perSecond)} : ${perSecond(echo.perSecond)}`,
    },
    {
      what: "64 clients, answered with the finished record, against an echo as long",
      measured: percent(manyClients.toPadded),
      from: `${perSecond(waited.perSecond)} : ${perSecond(padded.perSecond)}`,
    },
    {
      what: "64 clients, requests accepted, history switched off",
      measured: percent(manyClients.withoutHistoryToEcho),
      from: `${perSecond(withoutHistory.perSecond)} : ${perSecond(echo.perSecond)}`,
    },
    {
      what: "one client, against the sum of its parts",
      measured: `${oneClient.toSum.toFixed(2)} x`,
      target: `≤ ${MOST_TO_SUM.toFixed(2)} x`,
      reached: oneClient.toSum <= MOST_TO_SUM,
      from: `${ms(oneClient.server)} : ${sum}`,
    },
    {
      what: "from process start to readyz",
      measured: `${Math.round(start.ms)} ms`,
      target: `≤ ${MOST_START_MS} ms`,
      reached: start.ms <= MOST_START_MS,
      from: `slowest ${Math.round(start.slowestMs)} ms; the first of all ${Math.round(start.firstMs)} ms`,
    },
    {
      what: "memory of server and one plugin at rest",
      measured: `${Math.round(megabytes)} MB`,
      target: `≤ ${MOST_MEGABYTES} MB`,
      reached: megabytes <= MOST_MEGABYTES,
      from: `server ${Math.round(start.serverBytes / 1e6)} MB, plugin ${Math.round(start.pluginBytes / 1e6)} MB`,
    },
    {
      what: "latency at 64 clients, p50 / p99",
      measured: `accepted ${ms(accepted.p50)} / ${ms(accepted.p99)}, finished ${ms(waited.p50)} / ${ms(waited.p99)}`,
      from: `echo ${ms(echo.p50)} / ${ms(echo.p99)}`,
    },
    { what: "latency of one client, p50 / p99", measured: `${ms(oneClient.server)} / ${ms(oneClient.p99)}`, from: "" },
    { what: "requests a block", measured: manyClients.requestsPerBlock.toFixed(1), from: "64 clients; two rows each" },
    ...disk === undefined
      ? [{ what: "fsyncs a request, lag on a slow disk", measured: "not measured", from: "strace is not there" }]
      : [
        {
          what: "fsyncs a request",
          measured: disk.asItIs.fsyncs.toFixed(3),
          from: `under strace, 64 clients, ${perSecond(disk.asItIs.perSecond)}`,
        },
        ...[disk.asItIs, disk.slowed].map((of) => ({
          what: of.slowedByMs === 0
            ? "event-loop lag p99, disk as it is"
            : `event-loop lag p99, fsync + ${of.slowedByMs} ms`,
          measured: ms(of.lagP99),
          from: `p50 ${ms(of.lagP50)}, most ${ms(of.lagMost)}; ${perSecond(of.perSecond)}, latency p50 ${ms(of.p50)}`,
        })),
      ],
    {
      what: "load client busy",
      measured: percent(accepted.busy),
      from: `of one processor; at the echo ${percent(echo.busy)}: near 100 % it and not the server is the limit`,
    },
  ];
}
