/**
 * What was measured, and what was promised of it (docs/performance.md).
 *
 * @module
 */
import type { Disk } from "./measure_disk.ts";
import type { ManyClients, MoreClients } from "./measure_many_clients.ts";
import type { OneClient } from "./measure_one_client.ts";
import type { Start } from "./measure_start.ts";
import { type Line, ms, percent, perSecond } from "./report.ts";

/** Everything of one run. */
export interface Figures {
  manyClients: ManyClients;
  moreClients: MoreClients;
  oneClient: OneClient;
  start: Start;
  /** Undefined where there is no `strace`. */
  disk: { asItIs: Disk; slowed: Disk } | undefined;
}

const LEAST_TO_ECHO = 0.4;
const MOST_TO_SUM = 1.2;
const MOST_P99_TO_P50 = 2.5;
const MOST_SECONDS_PER_1000 = 0.07;
const MOST_START_MS = 250;
const MOST_MEGABYTES = 120;
/** Of the event loop while each fsync is slowed. */
const MOST_LAG_MS = 4;

function startLine(folder: string, { measured, slowest }: { measured: number; slowest: number }): Line {
  return {
    what: `from process start to readyz, on ${folder}`,
    measured: `${Math.round(measured)} ms`,
    target: `≤ ${MOST_START_MS} ms`,
    reached: measured <= MOST_START_MS,
    from: `no requests in it; slowest ${Math.round(slowest)} ms`,
  };
}

/** Every figure as a line. */
export function lines({ manyClients, moreClients, oneClient, start, disk }: Figures): Line[] {
  const { echo, padded, accepted, waited, minimal, withoutHistory } = manyClients;
  const sum = `echo ${ms(oneClient.echo)} + plugin ${ms(oneClient.plugin)} + two appends ${ms(oneClient.appends)}`;
  const { secondsPer1000 } = manyClients;
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
      what: "64 clients, answered in short (return=minimal), against the finished record",
      measured: percent(manyClients.minimalToWaited),
      from: `${perSecond(minimal.perSecond)} : ${perSecond(waited.perSecond)}`,
    },
    {
      what: "256 clients, answered with the finished record, against an echo as long",
      measured: percent(moreClients.toPadded),
      from: `${perSecond(moreClients.waited.perSecond)} : ${perSecond(moreClients.padded.perSecond)}`,
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
      what: "one client, p99 against p50",
      measured: `${oneClient.p99ToP50.toFixed(2)} x`,
      target: `≤ ${MOST_P99_TO_P50.toFixed(2)} x`,
      reached: oneClient.p99ToP50 <= MOST_P99_TO_P50,
      from: `${ms(oneClient.p99)} : ${ms(oneClient.server)}`,
    },
    {
      what: "processor time of 1,000 requests, 64 clients, finished",
      ...Number.isNaN(secondsPer1000) ? { measured: "not measured", from: "there is no /proc" } : {
        measured: `${secondsPer1000.toFixed(3)} s`,
        target: `≤ ${MOST_SECONDS_PER_1000.toFixed(2)} s`,
        reached: secondsPer1000 <= MOST_SECONDS_PER_1000,
        from: "server and plugin together",
      },
    },
    startLine("a data folder that is there", { measured: start.ms, slowest: start.slowestMs }),
    startLine("a new one", { measured: start.newMs, slowest: start.slowestNewMs }),
    {
      what: "memory of server and one plugin, 10 s after readyz",
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
          ...of.slowedByMs > 0 && { target: `≤ ${MOST_LAG_MS} ms`, reached: of.lagP99 <= MOST_LAG_MS },
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
