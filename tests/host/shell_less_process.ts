/**
 * A process that can start no shell, as one whose system takes no process more. It watches itself, with a temporary
 * folder that holds too much, and prints why it would be ended.
 *
 * @module
 */
import { ResourceWatch } from "../../server/host/resource_watch.ts";

const watch = new ResourceWatch();
const { promise, resolve } = Promise.withResolvers<string>();
const limits = { heapMb: 16, memoryMb: 16, temporaryMb: 0 };
const unwatch = watch.watch({ pid: Deno.pid, temporary: Deno.args[0] ?? "", limits, exceed: resolve });
console.log(await promise);
unwatch();
await watch.end();
