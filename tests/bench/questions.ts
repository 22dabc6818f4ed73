/**
 * What the helper processes are asked, and what they answer.
 *
 * @module
 */
import { z } from "zod";

/** The load client: closed-loop clients for a while. */
export const Load = z.object({
  hostname: z.string(),
  port: z.int(),
  /** The whole request, head and body. */
  request: z.string(),
  /** The status of every answer; any other ends the measurement. */
  status: z.string(),
  connections: z.int().min(1),
  seconds: z.number(),
});

/** What came of a load; times in milliseconds. */
export const LoadResult = z.object({
  requests: z.int(),
  perSecond: z.number(),
  p50: z.number(),
  p99: z.number(),
  /** Processor time of the load client as a part of one processor: near 1 the load is the limit, and not the server. */
  busy: z.number(),
});

/** What came of a load. */
export type LoadResult = z.infer<typeof LoadResult>;

/** The load over sockets, first: applications that open a phone each, over a socket of their own. */
export const SocketCrowd = z.object({
  /** `ws://…`. */
  url: z.string(),
  token: z.string(),
  askers: z.array(z.object({
    phone: z.string(),
    privilege: z.enum(["owner", "monitor"]),
    /** What it will ask, and with what beside the handle. */
    method: z.string(),
    params: z.record(z.string(), z.unknown()),
  })),
});

/** What came of it. */
export const SocketCrowdResult = z.object({ applications: z.int() });

/** What came of it. */
export type SocketCrowdResult = z.infer<typeof SocketCrowdResult>;

/** The load over sockets, then: the applications ask for a while. */
export const SocketLoad = z.object({
  seconds: z.number(),
  /** Closed loop: as many requests of each socket are under way. */
  inFlight: z.int().min(1).optional(),
  /** Open loop: as many requests a second are due, in turn over all sockets; a time is from when it was due. */
  perSecond: z.number().optional(),
  /** What ends the time of a request, and in the closed loop lets the next one go: the answer that it is accepted, or its PHONE_REPLY. */
  until: z.enum(["answer", "reply"]),
  /** Whether a PHONE_REPLY follows each answer; then every one is waited for before the load is over. */
  replies: z.boolean(),
});

/** Streams of events, cut and resumed. */
export const Resumption = z.object({
  url: z.string(),
  token: z.string(),
  phone: z.string(),
  streams: z.int().min(1),
  /** Events for each application before the cut, and as many while it is cut off. */
  events: z.int().min(1),
});

/** What came of it. */
export const ResumptionResult = z.object({
  /** From the first stream that is opened again until the last has caught up, milliseconds. */
  ms: z.number(),
  /** Events that were read in that time. */
  caughtUp: z.int(),
  /** Of all events, how many came not at all or not in their place. */
  missed: z.int(),
});

/** What came of it. */
export type ResumptionResult = z.infer<typeof ResumptionResult>;

/** A part of a request's way by itself, one after the other for a while. */
export const Part = z.object({ part: z.enum(["plugin", "appends"]), seconds: z.number() });

/** The median time of one, milliseconds. */
export const PartResult = z.object({ p50: z.number() });
