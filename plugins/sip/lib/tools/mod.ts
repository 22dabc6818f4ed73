/**
 * What a SIP stack needs that is not SIP: a clock, waiting, queues and token buckets.
 *
 * @module
 */
export { atMost, type Clock, pause, systemClock } from "./clock.ts";
export { SerialQueue } from "./queue.ts";
export { TokenBuckets } from "./token_buckets.ts";
