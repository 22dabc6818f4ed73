/**
 * `history verify`: whether the history is the one that was written.
 *
 * @module
 */
import { wordsOf } from "../../core/contract/errors.ts";
import { type Check, faultOf, type KeptCheckpoint, type Verdict } from "../../core/contract/history.ts";
import { printable } from "../../core/contract/text.ts";
import { verifierOf, type VerifySignature } from "../../checkpoints/mod.ts";
import { type ChainVerdict, isChainFile, openHistoryFile, verifyChainFile } from "../../history/mod.ts";
import { EXIT, Failure, Misuse, readSmallFile } from "../../program/mod.ts";
import { given } from "../../tools/mod.ts";
import { SERVER_OPTIONS, type ServerOptions } from "../calling/find_server.ts";
import { interruptible } from "../calling/interruptible.ts";
import { withServer } from "../calling/with_server.ts";
import { isSound, newestOf, readKept, shownFile, tellFile } from "../kept_checkpoints.ts";
import { historyFile } from "../offline.ts";
import { capital, paint, print, printAside, printJson } from "../output.ts";
import { command, JSON_OPTION } from "../parsing/command.ts";
import { clockText, ProgressLine, progressText } from "../progress.ts";

/** As many checkpoints as one call may hold. */
const MOST_KEPT = 400;
/** Between two signs of life, where nobody says how far it is, milliseconds. */
const BEAT_MS = 1_000;

/** What every SQLite database begins with. */
const MAGIC = "SQLite format 3\0";

/** `history verify`. */
export const historyVerify = command({
  words: "history verify",
  says: "Re-derives the chain of hashes from every row",
  more: "The file is read, also while its server runs; --url has a server do it. Nothing is written.",
  parameters: {},
  options: {
    checkpoint: {
      type: "string",
      value: "FILE",
      path: true,
      says: "checkpoints, one a line: all of them must be in the chain",
    },
    key: {
      type: "string",
      value: "FILE",
      path: true,
      says: "a public key in PEM: the checkpoints that are named must be signed with it",
    },
    from: {
      type: "string",
      value: "FILE",
      path: true,
      says: "begin behind the newest checkpoint of this file, which is taken for right",
    },
    file: {
      type: "string",
      value: "COPY",
      path: true,
      says: "a copy of history.db, or what history export --format chain wrote",
    },
    ...SERVER_OPTIONS,
    json: JSON_OPTION,
  },
  examples: [
    "history verify",
    "history verify --checkpoint checkpoints.jsonl --key public.pem",
    "history verify --file chain.jsonl --from checkpoint.json",
  ],
  async run({ json, checkpoint, key, from, file, ...server }) {
    const other = server.url === undefined ? server.data === undefined ? undefined : "--data" : "--url";
    if (file !== undefined && other !== undefined) {
      throw new Misuse(`--file cannot go with ${other}: name one of them`);
    }
    if (key !== undefined && checkpoint === undefined && from === undefined) {
      throw new Misuse("--key checks the signatures of checkpoints: name a file of them with --checkpoint");
    }
    const verify = key === undefined ? undefined : await readVerifier(key);
    const [held, origin] = await Promise.all(
      [checkpoint, from].map((path) => path === undefined ? undefined : readKept(path, { verify })),
    );
    const kept = held?.checkpoints ?? [];
    // It takes as long as the history is, so that it has no deadline: whoever called it may interrupt it.
    const found = await interruptible(async (signal) => {
      using progress = new ProgressLine();
      return await verified(server, {
        file,
        progress,
        check: {
          kept,
          ...given({ from: origin && newestOf(origin.checkpoints) }),
          signal,
          onProgress: ({ rows, of }) =>
            progress.show(() => `${progressText({ done: rows, of, elapsed: progress.elapsed })}  row ${rows}`),
        },
      });
    });
    const files = [held, origin].filter((file) => file !== undefined);
    const ok = found.ok && files.every(isSound);
    if (json) printJson({ ...found, ok, ...(files.length > 0 && { checkpoints: files.map(shownFile) }) });
    else {
      tell(found, { kept: kept.length });
      for (const file of files) tellFile(file, { key });
    }
    return ok ? EXIT.orderly : EXIT.failed;
  },
});

/** The key of a file. @throws {Misuse} If it cannot be used. */
async function readVerifier(path: string): Promise<VerifySignature> {
  try {
    return verifierOf(await readSmallFile(path));
  } catch (error) {
    throw new Misuse(`Cannot use the key ${path}: ${wordsOf(error)}`);
  }
}

/** Has a server check its history, or checks a file. */
async function verified(
  server: ServerOptions,
  { file, check, progress }: { file: string | undefined; check: Check; progress: ProgressLine },
): Promise<Verdict | ChainVerdict> {
  if (server.url !== undefined) return await verifiedByServer(server, { check, progress });
  const path = file ?? await historyFile(server.data);
  if (await isChain(path)) return await verifyChainFile(path, check);
  if (file !== undefined && !await isDatabase(path)) {
    throw new Misuse(`${path} is neither a history nor an export of the chain: name one of them`);
  }
  await using history = await openHistoryFile(path);
  return await history.verify(check);
}

async function isChain(path: string): Promise<boolean> {
  try {
    return await isChainFile(path);
  } catch (error) {
    throw new Failure(`Cannot read ${path}: ${wordsOf(error)}`, { cause: error });
  }
}

async function isDatabase(path: string): Promise<boolean> {
  using file = await Deno.open(path);
  const bytes = new Uint8Array(MAGIC.length);
  await file.read(bytes);
  return new TextDecoder().decode(bytes) === MAGIC;
}

/** A server does not say how far it is: that it goes on is shown by the time. */
async function verifiedByServer(
  server: ServerOptions,
  { check: { kept = [], from, signal }, progress }: { check: Check; progress: ProgressLine },
): Promise<Verdict> {
  const beat = setInterval(() => progress.show(() => `checking, ${clockText(progress.elapsed)}`), BEAT_MS);
  try {
    return await withServer(server, async ({ server }) => {
      const ask = (checkpoints: KeptCheckpoint[], from: KeptCheckpoint | undefined) =>
        server.verify({ signal, ...(checkpoints.length > 0 && { checkpoints }), ...given({ from }) });
      const sorted = kept.toSorted((one, other) => other.block - one.block);
      const first = await ask(sorted.slice(0, MOST_KEPT), from);
      // The chain is derived by now: blocks up to the newest checkpoint are only looked up.
      const newest = from && from.block > (sorted[0]?.block ?? 0) ? from : sorted[0];
      for (let at = MOST_KEPT; first.ok && at < sorted.length; at += MOST_KEPT) {
        const next = await ask(sorted.slice(at, at + MOST_KEPT), newest);
        if (!next.ok) return next;
      }
      return first;
    });
  } finally {
    clearInterval(beat);
  }
}

/** Says to people what was found. */
function tell(found: Verdict | ChainVerdict, { kept }: { kept: number }): void {
  const { ok, from, blocks, records, unsealed = 0, firstBad, beside } = found;
  const fault = capital(faultOf(found) ?? "");
  const where = from === undefined ? "" : ` behind block ${from}`;
  if (ok) {
    print(
      paint(
        "green",
        `The history is whole${where}: ${blocks} blocks, ${records} rows${partsOf(found)}${restOf(unsealed)}`,
      ),
    );
    if (kept > 0) printAside(kept === 1 ? "The checkpoint is in it" : `All ${kept} checkpoints are in it`);
  } else if ("doubtful" in found && firstBad === undefined) {
    print(
      paint(
        "red",
        `The chain is whole${where}: ${blocks} blocks, ${records} rows${
          partsOf(found)
        }; but ${found.doubtful} rows are ` +
          "shown that are not proven, for of a block of format 1 behind or around them rows are left out: anybody can " +
          "have written them",
      ),
    );
  } else if (beside !== undefined) {
    print(
      paint(
        "red",
        printable(`${fault}; the chain is whole${where}: ${blocks} blocks, ${records} rows`),
      ),
    );
  } else {
    print(paint("red", printable(`${fault}; the ${blocks} blocks before it fit together`)));
  }
}

/** What no block covers, and so nothing proves. */
function restOf(unsealed: number): string {
  return unsealed === 0
    ? ""
    : `; ${unsealed} rows behind them are in no block yet: nothing shows whether they were changed`;
}

/** What of an export's rows is not there to be read, or not proven. */
function partsOf(found: Verdict | ChainVerdict): string {
  if (!("hidden" in found)) return "";
  const { hidden, unproven, filter } = found;
  return [
    hidden > 0 ? `, ${hidden} of them by their hashes alone` : "",
    unproven > 0 ? `, ${unproven} of them not proven` : "",
    filter === null ? "" : `, by the filter ${printable(JSON.stringify(filter))}`,
  ].join("");
}
