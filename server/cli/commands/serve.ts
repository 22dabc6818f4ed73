import { printable } from "../../core/contract/text.ts";
import { EXIT, Misuse, readConfiguration, SERVE_FLAGS, serverPermissions, USUAL_PLACES } from "../../program/mod.ts";
import { print, printList } from "../output.ts";
import { command, type Option } from "../parsing/command.ts";

/** What a server is started with; `doctor` takes them too, to look at the same installation. */
export const SERVE_OPTIONS = SERVE_FLAGS satisfies Record<string, Option>;

/** `serve`. */
export const serve = command({
  words: "serve",
  says: "Starts the server",
  more: "It gets the permissions that its configuration asks for and no others, and is the process that was started. " +
    USUAL_PLACES,
  parameters: {},
  options: {
    ...SERVE_OPTIONS,
    "print-permissions": { type: "boolean", says: "start nothing: say what the server would be permitted" },
  },
  examples: [
    "serve",
    "serve --config switchroom.json",
    "serve --data /var/lib/switchroom --listen 127.0.0.1:0",
    "serve --config switchroom.json --print-permissions",
  ],
  async run({ "print-permissions": printPermissions, ...flags }) {
    if (!printPermissions) {
      throw new Misuse("A server gets its permissions before it is there: start it with bin/switchroom serve");
    }
    // What is wrong with it is to be heard here, and not at the start.
    await readConfiguration(flags);
    const { permissions, flags: ofDeno } = await serverPermissions(flags);
    await printList(permissions, {
      json: false,
      columns: { permission: ({ kind }) => kind, value: ({ value }) => value, why: ({ why }) => why },
      none: "",
    });
    print("");
    for (const flag of ofDeno) print(printable(flag));
    return EXIT.orderly;
  },
});
