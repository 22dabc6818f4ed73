/**
 * Preloaded into the server's own process: tells how much memory it holds after the garbage has been collected, when it gets SIGUSR2.
 *
 * @module
 */

/** As `--v8-flags=--expose-gc` puts it there. */
declare const gc: () => void;

Deno.addSignalListener("SIGUSR2", () => {
  // What the first one finalises the second one frees.
  gc();
  gc();
  const { heapUsed, external, rss } = Deno.memoryUsage();
  console.error(`memory ${JSON.stringify({ heap: heapUsed + external, rss })}`);
});
