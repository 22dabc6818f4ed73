/**
 * The table of commands: what the command line is read by, what help prints, what shells complete.
 *
 * @module
 */
import { completionOf } from "./completion.ts";
import { doctor } from "../doctor/command.ts";
import { EXIT } from "../ending/exit.ts";
import { historyEvents, historyList, historyShow, historyVerify } from "./history.ts";
import { type Command, command } from "../line/command.ts";
import { migrateStatus, migrateUp } from "./migrate.ts";
import { phoneGet, phoneList, phoneShow } from "./phone.ts";
import { request } from "./request.ts";
import { SERVE_OPTIONS } from "../serving/options.ts";
import { tokenCreate, tokenList, tokenRevoke } from "./token.ts";

const serve = command({
  words: "serve",
  says: "Starts the server",
  parameters: {},
  options: SERVE_OPTIONS,
  examples: ["serve", "serve --config switchroom.json", "serve --data /var/lib/switchroom --listen 127.0.0.1:0"],
  async run(flags) {
    // Loaded when it is needed: a command that only asks a server should not wait for the whole of one.
    const { serve } = await import("../serve.ts");
    await serve(flags);
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
