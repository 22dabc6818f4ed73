/**
 * `upgrade`: what another build would do to the history, and the way back.
 *
 * @module
 */
import { timeText } from "../../core/contract/time.ts";
import { findWayBack, goBack, openHistoryFile, takeDataFolder } from "../../history/mod.ts";
import { EXIT } from "../../program/mod.ts";
import { given } from "../../tools/mod.ts";
import { dataFolder, SERVER_OPTIONS } from "../calling/find_server.ts";
import { interruptible } from "../calling/interruptible.ts";
import { printFindings } from "../findings.ts";
import { historyFile } from "../offline.ts";
import { print, printAside, printJson } from "../output.ts";
import { command, JSON_OPTION } from "../parsing/command.ts";
import { encoded, save } from "../saving.ts";
import { SERVE_OPTIONS } from "./serve.ts";

/** `upgrade check`. */
export const upgradeCheck = command({
  words: "upgrade check",
  says:
    "Says what the first start of this build would do to a data folder: what is migrated, how long, what disk, what copy",
  more:
    "To be run with the new build, before it is started; a server of the old one may be running. It also says what of the " +
    "configuration and which plugins the new build does not take, and whether one can go back. Changes nothing. Exits " +
    "with 1 if something keeps it from starting, and with 57 if the history is newer than this build.",
  parameters: {},
  options: { config: SERVE_OPTIONS.config, data: SERVE_OPTIONS.data, json: JSON_OPTION },
  examples: ["upgrade check", "upgrade check --config /etc/switchroom/switchroom.json"],
  async run({ json, ...flags }) {
    const { examineUpgrade } = await import("../doctor/mod.ts");
    let newer = false;
    const findings = async function* () {
      for await (const finding of examineUpgrade(flags)) {
        newer ||= finding.part === "history" && finding.says.startsWith("It is newer than this build");
        yield finding;
      }
    };
    const sound = await printFindings(findings(), json);
    return newer ? EXIT.newer : sound ? EXIT.orderly : EXIT.failed;
  },
});

/** `upgrade back`. */
export const upgradeBack = command({
  words: "upgrade back",
  says: "Brings back the copy that was made of the history before it was migrated",
  more:
    "For the build before, which does not know the newer tables. Without --yes it only says which copy that is, and " +
    "how many requests since then it does not hold. With --yes these are exported first, the history of now is kept in " +
    "DATA/backups, and the copy takes its place; the next start says so in the history. Tokens are then as they were: " +
    "what was revoked since is valid again. No server may be running.",
  parameters: {},
  options: {
    yes: { type: "boolean", says: "do it" },
    copy: { type: "string", value: "FILE", path: true, says: "another copy (the newest of DATA/backups)" },
    out: { type: "string", value: "FILE", path: true, says: "where to export to (a file in DATA/backups)" },
    data: SERVER_OPTIONS.data,
    json: JSON_OPTION,
  },
  examples: ["upgrade back", "upgrade back --yes"],
  async run({ yes = false, copy, out, data: named, json }) {
    const data = await dataFolder(named);
    const path = await historyFile(data);
    using folder = await takeDataFolder(data);
    const way = await findWayBack({ folder: data, copy });
    const { requests, facts, undoes } = way;
    const since = way.since === undefined ? undefined : timeText(way.since);
    const target = out ??
      `${data}/backups/${new Date().toISOString().replaceAll(":", "-")}-since-block-${way.head.block}.jsonl`;
    const say = (words: string) => json || print(words);
    say(
      `The copy is ${way.copy}, of before ${undoes.join(", ")}: it goes up to block ${way.head.block} of ${
        timeText(way.head.at)
      }`,
    );
    say(
      since === undefined
        ? "Nothing was written since"
        : `It does not hold ${count(requests, "request")} and ${
          count(facts, "other fact")
        } since ${since}; tokens are as they were then`,
    );
    const result = { copy: way.copy, undoes, block: way.head.block, requests, facts, ...given({ since }) };
    if (!yes) {
      say(`Nothing was changed. With --yes they are exported to ${target} first, and the history of now is kept`);
      if (json) printJson({ ...result, done: false });
      return EXIT.orderly;
    }
    await interruptible(async (signal) => {
      await using file = await openHistoryFile(path);
      const { pieces, left } = await file.since(way.lastSeq);
      await save(target, { pieces: encoded(pieces), signal });
      say(`They are exported to ${target}`);
      if (left) {
        printAside(`What no block of ${path} covers yet is not in it: the history of now, which is kept, has it`);
      }
    });
    const kept = await goBack(folder, way);
    say(`The history of now is kept as ${kept}. Start the build before: it goes on from the copy`);
    if (json) printJson({ ...result, export: target, kept, done: true });
    return EXIT.orderly;
  },
});

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
