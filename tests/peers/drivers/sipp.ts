/**
 * sipp: as many phones as wanted, each doing what a scenario of ours says.
 *
 * @module
 */
import { deadline } from "@std/async/deadline";
import { retry } from "@std/async/retry";
import { startPeer } from "./peer_process.ts";

/** What a sipp plays. */
export interface SippOptions {
  /** A scenario: what stands within `<scenario>`. It calls if it begins with `<send>`, and waits for calls if not. */
  scenario: string;
  /** Its own port for SIP. */
  port: number;
  /** Whom it calls, `HOST:PORT`. */
  to?: string;
  /** After how many calls it ends by itself. */
  calls: number;
  /** The URI that its digests sign, without its scheme; `HOST:PORT` of whom it calls if left out, whatever its requests say. */
  signs?: string;
  /** A row for each call, whose columns the scenario takes as `[field0]`, `[field1]` … */
  rows?: readonly (readonly string[])[];
}

/** A sipp that runs. The end of its block kills it. */
export interface Sipp extends AsyncDisposable {
  /**
   * Waits for its end, which comes after its calls.
   *
   * @throws {Error} If a call went otherwise than the scenario says; the message tells how.
   */
  done(): Promise<void>;
}

/** How long its calls may take, milliseconds: a guard against hanging, never a measure. */
const PATIENCE_MS = 60_000;
/** Within how long it begins all its calls, milliseconds; none waits for another. */
const BEGIN_MS = 100;
/** How far above its port for SIP its control port is, which it would open to everybody otherwise. */
const CONTROL = 1_000;

/** Starts a sipp, and waits until it can be called. */
export async function startSipp(options: SippOptions): Promise<Sipp> {
  const { scenario, port, to, calls, rows = [] } = options;
  await using undo = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "switchroom_sipp_" });
  undo.defer(() => Deno.remove(folder, { recursive: true }));
  await Deno.writeTextFile(
    `${folder}/scenario.xml`,
    `<?xml version="1.0"?>\n<scenario name="ours">${scenario}</scenario>\n`,
  );
  await Deno.writeTextFile(`${folder}/rows.csv`, ["SEQUENTIAL", ...rows.map((row) => row.join(";"))].join("\n") + "\n");
  const process = undo.use(startPeer("sipp", {
    args: [
      ...["-sf", `${folder}/scenario.xml`, "-i", "127.0.0.1", "-p", `${port}`, "-t", "u1"],
      ...["-ci", "127.0.0.1", "-cp", `${port + CONTROL}`, "-m", `${calls}`, "-nostdin", "-nd"],
      ...["-trace_err", "-error_file", `${folder}/errors`],
      ...["-r", `${calls}`, "-rp", `${BEGIN_MS}`, "-l", `${calls}`],
      ...rows.length > 0 ? ["-inf", `${folder}/rows.csv`] : [],
      ...options.signs === undefined ? [] : ["-auth_uri", options.signs],
      ...to === undefined ? [] : [to],
    ],
    cwd: folder,
  }));
  if (to === undefined) {
    await retry(() => bound(port), { minTimeout: 10, maxTimeout: 50, jitter: 0, maxAttempts: 200 }).catch((cause) => {
      throw new Error(`sipp does not listen; it printed ${process.printed.all.join("\n")}`, { cause });
    });
  }
  const running = undo.move();
  return {
    async done() {
      const code = await deadline(process.ended, PATIENCE_MS).then(
        ({ code }) => code,
        () => `nothing for ${PATIENCE_MS} ms`,
      );
      if (code === 0) return;
      const errors = await Deno.readTextFile(`${folder}/errors`).catch(() => "");
      throw new Error(`sipp ended with ${code}: ${errors}\n${process.printed.all.slice(-40).join("\n")}`);
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Rejects unless somebody has bound this UDP port: sipp does not say when it has. */
async function bound(port: number): Promise<void> {
  const table = await Deno.readTextFile("/proc/net/udp");
  if (!table.includes(`:${port.toString(16).toUpperCase().padStart(4, "0")} `)) {
    throw new Error(`Nobody has port ${port}`);
  }
}
