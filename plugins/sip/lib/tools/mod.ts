/**
 * What a SIP stack needs that is not SIP: a clock, waiting, queues and token buckets.
 *
 * @module
 */
export { atMost, type Clock, pause, systemClock, unlessAborted } from "./clock.ts";
export { Pace } from "./pace.ts";
export { Turns } from "./turns.ts";
