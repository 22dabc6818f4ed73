/**
 * The writer's thread. It takes as long to load what it needs as the server's own thread: begun first, it does so
 * beside it.
 *
 * @module
 */

/** Its module. */
export const WRITER = new URL("./worker/writer_worker.ts", import.meta.url);

let begun: Worker | undefined;

/** Begins it. Nothing is touched before a history is opened, which then takes this thread; without, it begins its own. */
export function beginWriter(): void {
  begun ??= threadOf(WRITER);
}

/** Gives the thread that was begun, once; undefined if none was. */
export function takeWriter(): Worker | undefined {
  const taken = begun;
  begun = undefined;
  return taken;
}

/** A thread of a module. */
export function threadOf(url: URL): Worker {
  return new Worker(url, { type: "module", name: url.pathname.split("/").at(-1) ?? "history" });
}
