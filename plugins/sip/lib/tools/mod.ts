/**
 * What a SIP stack needs that is not SIP: a clock, waiting, queues and token buckets.
 *
 * @module
 */
export { type Clock, systemClock } from "./clock.ts";
export { Pace } from "./pace.ts";
export { pause } from "./pause.ts";
export { Turns } from "./turns.ts";
export { atMost, unlessAborted } from "./waiting.ts";
