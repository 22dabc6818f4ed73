/**
 * The toolbox of the house: what several rooms need and the language does not have. It knows nothing of telephony and
 * imports nothing, so that the client can take it along into Node and browsers, where there is no import map; the rooms
 * that have one use `@std` besides.
 *
 * @module
 */
export { BoundedMap } from "./bounded_map.ts";
export { given } from "./given.ts";
export { SerialQueue } from "./serial_queue.ts";
export { TokenBucket, type TokenBucketOptions } from "./token_bucket.ts";
export { pause, unlessAborted, within } from "./waiting.ts";
export { writeAll } from "./write_all.ts";
