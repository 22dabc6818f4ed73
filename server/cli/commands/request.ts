/**
 * `request`: one of the nine operations, from the opening of the phone to its close: a phone driven from a shell
 * script.
 *
 * @module
 */
import { type AskedRequest, type DamagedRecord, PhoneClosed, type RequestRecord } from "../../client/mod.ts";
import { type Operation, OPERATION_TABLE } from "../../core/contract/operation_table.ts";
import { OPERATIONS } from "../../core/contract/operations.ts";
import { printable } from "../../core/contract/text.ts";
import { given, unlessAborted, within } from "../../tools/mod.ts";
import { EXIT, Failure } from "../../program/mod.ts";
import { SERVER_OPTIONS } from "../calling/find_server.ts";
import { interruptible } from "../calling/interruptible.ts";
import { withPhone } from "../calling/with_phone.ts";
import { withServer } from "../calling/with_server.ts";
import { paint, print, printAside, printJson } from "../output.ts";
import { command, JSON_OPTION } from "../parsing/command.ts";
import { operationKeys } from "../parsing/operation_keys.ts";
import { readParameters } from "../parsing/request_parameters.ts";
import { readInteger } from "../parsing/values.ts";

/** How often somebody who waits is told that it goes on, seconds. */
const NOTICE = 60;

const MOST_SECONDS = 86_400;

/** How long an operation may take that is given no time, seconds: the most that a server allows, unless configured. */
const LONGEST_DEADLINE = 600;

/** How long after that the end is waited for, seconds. */
const GRACE = 15;

/** `request`. */
export const request = command({
  words: "request",
  says: "Asks a phone for an operation, waits, and says how it ended",
  more:
    "Opens the phone as owner, for devSpecific as monitor, and closes it again. Exits with 0 only if the operation succeeded. A list is parted by commas; bytes are base64, or a file after @ (@- is the standard input).",
  parameters: {
    operation: { value: "OPERATION", says: "one of the nine", choices: OPERATIONS },
    phone: { value: "PHONE", says: "its name, or its device id" },
    pairs: { value: "KEY=VALUE", says: "the operation's parameters, as below", rest: true, keys: operationKeys() },
  },
  options: {
    ...SERVER_OPTIONS,
    timeout: { type: "string", value: "SECONDS", says: "how long it may take" },
    reference: { type: "string", value: "TEXT", says: "your own word for the request, kept in the history" },
    owner: { type: "boolean", says: "open the phone as owner for devSpecific too" },
    json: JSON_OPTION,
  },
  examples: [
    "request setLamp virtual:desk-1 lamp=20 mode=steady",
    'request setDisplay virtual:desk-1 row=0 column=0 text="Back at 3"',
    "request setHookSwitch virtual:desk-1 devices=handset,speaker mode=onHook",
    `request devSpecific virtual:desk-1 params=@- <<< '{"press": 12}'`,
  ],
  async run({ operation, phone: named, pairs, timeout, reference, owner, json, ...server }) {
    const parameters = await readParameters(operation, pairs);
    const seconds = timeout === undefined
      ? undefined
      : readInteger(timeout, { name: "--timeout", least: 1, most: MOST_SECONDS });
    const options = given({ reference, deadlineMs: seconds && seconds * 1_000 });
    const { monitorMay }: Operation = OPERATION_TABLE[operation];
    const privilege = monitorMay && !owner ? "monitor" : "owner";
    const atMost = (seconds ?? LONGEST_DEADLINE) + GRACE;
    return await withServer(server, async (called) => {
      const { requestId } = await interruptible((signal) =>
        withPhone({ called, phone: named, privilege, signal }, async (phone) => {
          const accepted = await phone.ask(operation, parameters, { ...options, signal });
          await untilEnded(accepted, { atMost, signal });
          return accepted;
        })
      );
      // As the history has it once the phone is closed, which belongs to it.
      const record = await called.server.request(requestId);
      if (json) printJson(record);
      else print(outcomeOf(record));
      return record.outcome === "succeeded" && !("damaged" in record) ? EXIT.orderly : EXIT.failed;
    });
  },
});

/**
 * Waits for the end of a request, `atMost` seconds long. The record says which end it was.
 *
 * @throws {Failure} If the end is not told in time: a history that cannot be written keeps it back.
 */
export async function untilEnded(
  { requestId, reply }: AskedRequest,
  { atMost, signal }: { atMost: number; signal: AbortSignal },
): Promise<void> {
  const ended = unlessAborted(reply, signal);
  for (let left = atMost; left > 0; left -= NOTICE) {
    if (await within(ended, 1_000 * Math.min(left, NOTICE))) {
      return await ended.then(() => {}, (error) => {
        // The phone was taken away, and the record may know more.
        if (!(error instanceof PhoneClosed)) throw error;
      });
    }
    if (left > NOTICE) printAside(`request ${requestId} is accepted, and its end is not told yet`);
  }
  throw new Failure(
    `Request ${requestId} is accepted, but its end is not told: see history show ${requestId}, and doctor for why`,
  );
}

function outcomeOf(record: RequestRecord | DamagedRecord): string {
  if ("damaged" in record) {
    const words = `The record of request ${record.requestId} is damaged: ${record.damaged.problem}`;
    return paint("red", printable(words));
  }
  const { requestId, operation, phone, state, outcome, code, result, cause, message } = record;
  const said = `${operation} of ${phone} ${outcome ?? state} (request ${requestId})`;
  if (outcome === "succeeded") return paint("green", printable(said));
  const why = [cause, code ?? (result === null ? undefined : String(result)), message].filter((word) =>
    word !== undefined
  );
  return paint("red", printable(`${said}: ${why.join(", ")}`));
}
