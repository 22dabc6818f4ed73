const AGAIN_MS = 1_000;

/**
 * Resolves at the first SIGTERM or SIGINT. A further one at least a second later ends the process at once; sooner it is the same wish again: a
 * terminal's Ctrl-C reaches a server under `deno task` twice within milliseconds.
 */
export function untilToldToStop(): Promise<Deno.Signal> {
  return new Promise((resolve) => {
    let first: number | undefined;
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      Deno.addSignalListener(signal, () => {
        first ??= performance.now();
        if (performance.now() - first >= AGAIN_MS) Deno.exit(signal === "SIGINT" ? 130 : 143);
        resolve(signal);
      });
    }
  });
}
