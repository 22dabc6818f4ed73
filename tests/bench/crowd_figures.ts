/**
 * What was measured of many at once, and what was promised of it (docs/performance.md).
 *
 * @module
 */
import { type Crowd, RATE } from "./measure_crowd.ts";
import type { Memory } from "./measure_memory.ts";
import type { Resumption } from "./measure_resumption.ts";
import type { Sockets } from "./measure_sockets.ts";
import { kilobytes, type Line, ms, percent, perSecond } from "./report.ts";

/** Everything of one run that concerns many at once. */
export interface CrowdFigures {
  sockets: Sockets;
  crowd: Crowd;
  resumption: Resumption;
  memory: Memory;
}

const LEAST_TO_ECHO = 0.3;
const LEAST_TO_REPLIES = 0.5;
const MOST_TO_ONE = 1.5;

/** Every figure as a line. */
export function crowdLines({ sockets, crowd, resumption, memory }: CrowdFigures): Line[] {
  const { echo, replies, accepted, completed, acceptedToEcho, completedToReplies } = sockets;
  return [
    {
      what: "16 sockets with 16 requests each, accepted, against a JSON-RPC echo",
      measured: percent(acceptedToEcho),
      target: `≥ ${percent(LEAST_TO_ECHO)}`,
      reached: acceptedToEcho >= LEAST_TO_ECHO,
      from: `${perSecond(accepted.perSecond)} : ${perSecond(echo.perSecond)}; PHONE_REPLY comes too, and is waited for`,
    },
    {
      what: "16 sockets with 16 requests each, completed, against an echo that sends as much",
      measured: percent(completedToReplies),
      target: `≥ ${percent(LEAST_TO_REPLIES)}`,
      reached: completedToReplies >= LEAST_TO_REPLIES,
      from: `${perSecond(completed.perSecond)} : ${perSecond(replies.perSecond)}`,
    },
    {
      what: "16 sockets, latency p50 / p99",
      measured: `accepted ${ms(accepted.p50)} / ${ms(accepted.p99)}, replied ${ms(completed.p50)} / ${
        ms(completed.p99)
      }`,
      from: `echo ${ms(echo.p50)} / ${ms(echo.p99)}; load client busy ${percent(echo.busy)}, ${
        percent(completed.busy)
      }`,
    },
    {
      what: `500 phones, 10 plugins, 1,000 applications at ${RATE}/s: p99 against one of each`,
      measured: `${crowd.p99Ratio.toFixed(2)} x`,
      target: `≤ ${MOST_TO_ONE.toFixed(2)} x`,
      reached: crowd.p99Ratio <= MOST_TO_ONE,
      from: `p50 / p99 ${ms(crowd.many.p50)} / ${ms(crowd.many.p99)} : ${ms(crowd.one.p50)} / ${ms(crowd.one.p99)}`,
    },
    {
      what: `${resumption.streams.toLocaleString("en")} streams cut and resumed: until all have caught up`,
      measured: ms(resumption.ms),
      from: `${resumption.caughtUp.toLocaleString("en")} events`,
    },
    {
      what: "events missed or out of order by them",
      measured: String(resumption.missed),
      target: "0",
      reached: resumption.missed === 0,
      from: "",
    },
    ...(["application", "handle", "request"] as const).map((of) => ({
      what: `memory of each ${of === "request" ? "outstanding request" : of}`,
      measured: kilobytes(memory[of].heap),
      from: `heap after garbage collection; resident ${kilobytes(memory[of].rss)}`,
    })),
  ];
}
