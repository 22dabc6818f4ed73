/**
 * `migrate`: the tables of the history, and what this build would change of them.
 *
 * @module
 */
import { examineHistory } from "../../history/mod.ts";
import { EXIT, Failure } from "../../program/mod.ts";
import { SERVER_OPTIONS } from "../calling/find_server.ts";
import { historyFile, withHistory } from "../offline.ts";
import { print, printList } from "../output.ts";
import { command, JSON_OPTION } from "../parsing/command.ts";

const options = { data: SERVER_OPTIONS.data, json: JSON_OPTION } as const;

/** `migrate status`. */
export const migrateStatus = command({
  words: "migrate status",
  says: "Lists the migrations of the history: those that it has had, and those to come",
  more: "Changes nothing; a server may be running. Exits with 57 if the history is newer than this build.",
  parameters: {},
  options,
  examples: ["migrate status"],
  async run({ data, json }) {
    const file = await historyFile(data);
    const { migrations, damage, unseen } = await examineHistory(file, { thorough: false });
    const trouble = damage ?? unseen;
    if (trouble !== undefined) throw new Failure(`Cannot read ${file}: ${trouble}`);
    await printList(migrations, {
      json,
      columns: { MIGRATION: ({ name }) => name, STATE: ({ state }) => state },
      none: "There are no migrations",
    });
    return migrations.some(({ state }) => state === "unknown") ? EXIT.newer : EXIT.orderly;
  },
});

/** `migrate up`. */
export const migrateUp = command({
  words: "migrate up",
  says: "Brings the history to the tables of this build, as the next start of the server would",
  more: "Keeps a copy of it in DATA/backups first. No server may be running.",
  parameters: {},
  options,
  examples: ["migrate up"],
  async run({ data, json }) {
    const migrated = await withHistory(data, (opened) => Promise.resolve(opened.migrated));
    if (json || migrated.length > 0) {
      await printList(migrated.map((name) => ({ name, state: "done" })), {
        json,
        columns: { MIGRATION: ({ name }) => name, STATE: ({ state }) => state },
        none: "",
      });
    } else print("Nothing to do: the history has the tables of this build");
    return EXIT.orderly;
  },
});
