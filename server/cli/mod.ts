/**
 * The table of commands: what the command line is read by, what help prints, what shells complete.
 *
 * @module
 */
import { completionOf } from "./commands/completion.ts";
import { doctor } from "./commands/doctor.ts";
import { EXIT, serve as serveUntilStopped } from "../program/mod.ts";
import { historyEvents, historyList, historyShow, historyVerify } from "./commands/history.ts";
import { type Command, command } from "./parsing/command.ts";
import { migrateStatus, migrateUp } from "./commands/migrate.ts";
import { phoneGet, phoneList, phoneShow } from "./commands/phone.ts";
import { request } from "./commands/request.ts";
import { SERVE_OPTIONS } from "./commands/options.ts";
import { tokenCreate, tokenList, tokenRevoke } from "./commands/token.ts";

const serve = command({
  words: "serve",
  says: "Starts the server",
  parameters: {},
  options: SERVE_OPTIONS,
  examples: ["serve", "serve --config switchroom.json", "serve --data /var/lib/switchroom --listen 127.0.0.1:0"],
  async run(flags) {
    await serveUntilStopped(flags);
    return EXIT.orderly;
  },
});

/** Every command, in the order of help. */
export const COMMANDS: readonly Command[] = [
  serve,
  phoneList,
  phoneShow,
  phoneGet,
  request,
  historyList,
  historyShow,
  historyEvents,
  historyVerify,
  tokenCreate,
  tokenList,
  tokenRevoke,
  migrateStatus,
  migrateUp,
  doctor,
  completionOf(() => COMMANDS),
];
