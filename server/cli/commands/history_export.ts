/**
 * `history export`: the history, to be taken away.
 *
 * @module
 */
import { EXPORT_FORMATS, type ExportFormat } from "../../core/contract/history.ts";
import { openHistoryFile } from "../../history/mod.ts";
import { EXIT } from "../../program/mod.ts";
import { given } from "../../tools/mod.ts";
import { SERVER_OPTIONS, type ServerOptions } from "../calling/find_server.ts";
import { interruptible } from "../calling/interruptible.ts";
import { withServer } from "../calling/with_server.ts";
import { DamagedItems } from "../damaged_items.ts";
import { historyFile, isServed } from "../offline.ts";
import { printAside } from "../output.ts";
import { command } from "../parsing/command.ts";
import { readPhoneName, readTime } from "../parsing/values.ts";
import { clockText, ProgressLine } from "../progress.ts";
import { encoded, type Pieces, pour, save } from "../saving.ts";

/** Which part of the history, as its user said it. */
interface Asked {
  format: ExportFormat;
  phone: string | undefined;
  from: string | undefined;
  to: string | undefined;
}

/** `history export`. */
export const historyExport = command({
  words: "history export",
  says: "Writes the history out, oldest first, as it stands at its newest block",
  more:
    "Of a server that runs it is asked; of one that does not, its file is read, and left as it is. What is damaged is " +
    "not as it was written: it is marked and counted, and the command exits with 1 then; the file is there all the same.",
  parameters: {},
  options: {
    format: {
      type: "string",
      value: "FORMAT",
      says: "jsonl for programs (as if left out), csv for spreadsheets, chain for auditors",
      choices: EXPORT_FORMATS,
    },
    out: {
      type: "string",
      value: "FILE",
      path: true,
      says: "a file, there when it is whole; standard output if left out",
    },
    phone: { type: "string", value: "PHONE", says: "of this phone" },
    from: { type: "string", value: "TIME", says: "accepted or happened then or later: 2026-03-01" },
    to: { type: "string", value: "TIME", says: "accepted or happened earlier" },
    ...SERVER_OPTIONS,
  },
  examples: [
    "history export --format csv --out history.csv",
    "history export --format chain --out chain.jsonl",
    "history export --phone virtual:desk-1 --from 2026-03-01T00:00:00Z",
  ],
  async run({ format = "jsonl", out, phone, from, to, ...server }) {
    const asked: Asked = {
      format,
      phone: readPhoneName(phone, "--phone"),
      from: readTime(from, "--from"),
      to: readTime(to, "--to"),
    };
    return await interruptible(async (signal) => {
      using progress = new ProgressLine();
      const damaged = new DamagedItems(format);
      let bytes = 0;
      const write = async (pieces: Pieces) => {
        const noted = async function* () {
          for await (const piece of pieces) {
            bytes += piece.length;
            damaged.pass(piece);
            progress.show(() => `${sizeText(bytes)}, ${clockText(progress.elapsed)}`);
            yield piece;
          }
        };
        await (out === undefined ? pour({ pieces: noted(), signal }) : save(out, { pieces: noted(), signal }));
      };
      const upTo = await exported(server, { asked, signal, write });
      progress[Symbol.dispose]();
      if (out !== undefined) printAside(`Exported to ${out}${upTo}: ${sizeText(bytes)}`);
      const { count } = damaged;
      if (count === 0) return EXIT.orderly;
      printAside(`${count} ${count === 1 ? "item is" : "items are"} damaged, not as written: see history verify`);
      return EXIT.failed;
    });
  },
});

/**
 * Exports from the server that was named, or from the file of one that does not run.
 *
 * @returns Up to which block of which history, in words; nothing where the server does not tell this token.
 */
async function exported(
  named: ServerOptions,
  { asked, signal, write }: { asked: Asked; signal: AbortSignal; write: (pieces: Pieces) => Promise<void> },
): Promise<string> {
  const { data, url } = named;
  if (url !== undefined || await isServed(data)) {
    let name = "";
    const take = (given: string) => void (name = given);
    await withServer(named, ({ server }) => write(server.exportHistory(asked, { signal, named: take })));
    const [, historyId, block] = /^history-([0-9a-f]{32})-to-block-(\d+)\./.exec(name) ?? [];
    return historyId === undefined || block === undefined ? "" : endOf({ historyId, block });
  }
  const path = await historyFile(data);
  await using file = await openHistoryFile(path);
  const { format, phone, from, to } = asked;
  const filter = { ...given({ phone }), ...given({ from: momentOf(from), to: momentOf(to) }) };
  const { upTo, left, pieces } = await file.export(filter, format);
  await write(encoded(pieces));
  if (left) printAside(`What lies behind the newest block of ${path} is left out: the server's next start seals it`);
  return endOf(upTo);
}

function endOf({ historyId, block }: { historyId: string; block: number | string }): string {
  return `, up to block ${block} of history ${historyId}`;
}

function momentOf(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time);
}

/** A size for people: `12.3 MB`. */
function sizeText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  const exponent = Math.min(Math.floor(Math.log10(bytes) / 3), 4);
  return `${(bytes / 1_000 ** exponent).toFixed(1)} ${["", "kB", "MB", "GB", "TB"][exponent]}`;
}
