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

/** A part of a request's way by itself, one after the other for a while. */
export const Part = z.object({ part: z.enum(["plugin", "appends"]), seconds: z.number() });

/** The median time of one, milliseconds. */
export const PartResult = z.object({ p50: z.number() });
