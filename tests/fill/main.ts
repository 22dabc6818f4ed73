/**
 * Makes a data folder with a history such as years of use leave: `deno task history:fill --requests 1000000 --folder
 * DATA`.
 *
 * @module
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { readInteger, readTime } from "../../server/cli/parsing/values.ts";
import { wordsOf } from "../../server/core/contract/errors.ts";
import { fill, type Filled, type Filling } from "./fill.ts";

const USAGE = `deno task history:fill --requests N --folder FOLDER

  --requests N      how many requests
  --folder FOLDER   where to: it must be empty, or not there
  --from TIME       the time of the first row (2025-01-01)
  --per-second R    requests a second, on the average over day and night (0.5)
  --phones P        how many phones, 4 at least (200)
  --commit-rows C   rows in one commit, at most (2048)
  --seed S          the same seed makes the same rows (1)`;

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

const MOST = 1_000_000_000;

/** What is asked for. @throws {Error} If it is nothing that can be made. */
function read(): Filling {
  const text = (whenLeftOut: string) => ({ type: "string" as const, default: whenLeftOut });
  const { values } = parseArgs({
    options: {
      requests: { type: "string" },
      folder: { type: "string" },
      from: text("2025-01-01"),
      "per-second": text("0.5"),
      phones: text("200"),
      "commit-rows": text("2048"),
      seed: text("1"),
    },
  });
  if (values.requests === undefined || !values.folder) throw new Error("--requests and --folder must be given");
  const perSecond = Number(values["per-second"] || NaN);
  if (!(perSecond >= 0.001 && perSecond <= MOST)) {
    throw new Error(
      `--per-second cannot be ${JSON.stringify(values["per-second"])}: it must be a number from 0.001 on`,
    );
  }
  const filling = {
    folder: resolve(Deno.env.get("INIT_CWD") ?? "", values.folder),
    requests: readInteger(values.requests, { name: "--requests", least: 1, most: MOST }),
    from: Date.parse(readTime(values.from, "--from")!),
    perSecond,
    phones: readInteger(values.phones, { name: "--phones", least: 4, most: 100_000 }),
    commitRows: readInteger(values["commit-rows"], { name: "--commit-rows", least: 1, most: MOST }),
    seed: readInteger(values.seed, { name: "--seed", least: 0, most: MOST }),
  };
  const end = filling.from + filling.requests / perSecond * 1000;
  if (filling.from >= 0 && end < Date.now()) return filling;
  throw new Error(
    `${filling.requests} requests, ${perSecond} a second, cannot begin at ${values.from}: their times must lie between ` +
      "1970 and now. Choose another --from or --per-second",
  );
}

/** @throws {Error} If something is in the folder, or it cannot be made. */
async function requireEmpty(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  for await (const { name } of Deno.readDir(folder)) {
    throw new Error(`${name} is in it. Name a folder that is empty, or not there`);
  }
}

/** How far it is, in words. */
function progress({ requests, rows, at }: Filled, { seconds, of }: { seconds: number; of: number }): string {
  const number = new Intl.NumberFormat("en").format;
  const until = new Date(at).toISOString().slice(0, 16);
  const speed = number(Math.round(rows / seconds));
  return `${number(requests)} of ${number(of)} requests, ${number(rows)} rows until ${until}Z, ${speed} rows/s`;
}

async function run(filling: Filling): Promise<void> {
  const { folder, requests: of } = filling;
  const stopped = new AbortController();
  const stop = () => stopped.abort();
  for (const signal of SIGNALS) Deno.addSignalListener(signal, stop);
  const begun = performance.now();
  const words = (filled: Filled) => progress(filled, { seconds: (performance.now() - begun) / 1000, of });
  const write = (text: string) => Deno.stdout.isTerminal() && Deno.stdout.writeSync(new TextEncoder().encode(text));
  try {
    await requireEmpty(folder);
    const filled = await fill({
      ...filling,
      signal: stopped.signal,
      onProgress: (filled) => write(`\r${words(filled)}\x1b[K`),
    });
    write("\r\x1b[K");
    console.log(`${folder}: ${words(filled)}${stopped.signal.aborted ? "; told to stop" : ""}`);
    if (stopped.signal.aborted) Deno.exitCode = 130;
  } catch (error) {
    write("\n");
    console.error(`Cannot fill ${folder}: ${wordsOf(error)}`);
    Deno.exitCode = 1;
  } finally {
    for (const signal of SIGNALS) Deno.removeSignalListener(signal, stop);
  }
}

let filling: Filling | undefined;
try {
  filling = read();
} catch (error) {
  console.error(`${wordsOf(error)}\n\n${USAGE}`);
  Deno.exitCode = 2;
}
if (filling) await run(filling);
