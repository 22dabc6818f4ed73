/**
 * What the disk is asked for, and what the event loop feels of it: the server under `strace`, as the disk is and with every fsync slowed.
 *
 * @module
 */
import { startServer } from "../harness/start_server.ts";
import { benchConfig } from "./bench_plugin.ts";
import type { Helper } from "./helper.ts";
import { openPhone } from "./open_phone.ts";
import { LoadResult } from "./questions.ts";
import { quantile } from "./statistics.ts";

const CLIENTS = 64;

/** Milliseconds; `fsyncs` is how many there were for each request. */
export interface Disk {
  slowedByMs: number;
  fsyncs: number;
  perSecond: number;
  p50: number;
  p99: number;
  lagP50: number;
  lagP99: number;
  lagMost: number;
}

/** Measures for `seconds` with each fsync slowed by `slowedByMs`, in a new folder; undefined where there is no `strace` that can trace. */
export async function measureDisk(
  load: Helper,
  { folder, slowedByMs, seconds }: { folder: string; slowedByMs: number; seconds: number },
): Promise<Disk | undefined> {
  await Deno.mkdir(folder);
  if (!await canTrace(folder)) return undefined;
  const trace = `${folder}/trace`;
  await using server = await startServer({
    data: `${folder}/data`,
    config: benchConfig(),
    under: strace(trace, slowedByMs),
    flags: ["--preload", new URL("processes/lag_probe.ts", import.meta.url).href],
  });
  const { waited: target } = await openPhone(server);
  const run = (seconds: number) => load.ask({ ...target, connections: CLIENTS, seconds }, LoadResult);
  await run(1);
  const before = { fsyncs: await countFsyncs(trace), printed: server.output().length };
  const { requests, perSecond, p50, p99 } = await run(seconds);
  const lag = lagIn(server.output().slice(before.printed));
  return {
    slowedByMs,
    fsyncs: (await countFsyncs(trace) - before.fsyncs) / requests,
    perSecond,
    p50,
    p99,
    lagP50: quantile(lag, 0.5),
    lagP99: quantile(lag, 0.99),
    lagMost: quantile(lag, 1),
  };
}

function strace(output: string, slowedByMs: number): string[] {
  const slowed = slowedByMs > 0 ? ["-e", `inject=fdatasync,fsync:delay_exit=${slowedByMs * 1_000}`] : [];
  // The filter in the kernel stops only at these calls: without it every call would be slowed.
  return [
    "strace",
    "-f",
    "--seccomp-bpf",
    "-qq",
    "-e",
    "trace=fdatasync,fsync",
    ...slowed,
    "-e",
    "signal=none",
    "-o",
    output,
  ];
}

async function canTrace(folder: string): Promise<boolean> {
  const [program = "", ...args] = strace(`${folder}/tried`, 1);
  try {
    return (await new Deno.Command(program, { args: [...args, "true"], stdout: "null", stderr: "null" }).output())
      .success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** A call that was interrupted in the trace has two lines: only the one with its name and bracket counts. */
async function countFsyncs(trace: string): Promise<number> {
  return (await Deno.readTextFile(trace)).match(/ f(data)?sync\(/g)?.length ?? 0;
}

function lagIn(printed: string): number[] {
  return [...printed.matchAll(/^lag (\[.*\])$/gm)].flatMap(([, samples = "[]"]): number[] => JSON.parse(samples));
}
