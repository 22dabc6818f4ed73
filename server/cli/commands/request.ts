/**
 * `request`: one of the nine operations, from the opening of the phone to its close: a phone driven from a shell
 * script.
 *
 * @module
 */
import { z } from "zod";
import { type OperationName, OPERATIONS } from "../../core/contract/operations.ts";
import { printable } from "../../core/contract/text.ts";
import { EXIT, Failure } from "../../program/mod.ts";
import { RequestRecord } from "../calling/answers.ts";
import { connect, SERVER_OPTIONS } from "../calling/connect.ts";
import type { Connection } from "../calling/connection.ts";
import { interruptible } from "../calling/interruptible.ts";
import { withPhone } from "../calling/with_phone.ts";
import { paint, print, printAside, printJson } from "../output.ts";
import { command, JSON_OPTION } from "../parsing/command.ts";
import { operationKeys } from "../parsing/operation_keys.ts";
import { readParameters } from "../parsing/request_parameters.ts";
import { readInteger } from "../parsing/values.ts";

/** The longest that a server holds one answer back (api.md, section 2), seconds. */
const LONGEST_WAIT = 60;

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
  async run({ operation: named, phone, pairs, timeout, reference, owner, json, ...server }) {
    const operation = operationOf(named);
    const parameters = await readParameters(operation, pairs);
    const seconds = timeout === undefined
      ? undefined
      : readInteger(timeout, { name: "--timeout", least: 1, most: MOST_SECONDS });
    const body = {
      operation,
      ...parameters,
      ...(reference !== undefined && { reference }),
      ...(seconds !== undefined && { deadlineMs: seconds * 1_000 }),
    };
    const connection = await connect(server);
    const privilege = operation === "devSpecific" && !owner ? "monitor" : "owner";
    const atMost = (seconds ?? LONGEST_DEADLINE) + GRACE;
    const { requestId } = await interruptible((signal) =>
      withPhone(
        { connection, phone, privilege, signal },
        (handle) => requestAndWait(connection, { handle, body, atMost, signal }),
      )
    );
    // As the history has it once the phone is closed, which belongs to it.
    const record = await connection.call(`GET /v1/requests/${requestId}`, { shape: RequestRecord });
    if (json) printJson(record);
    else print(outcomeOf(record));
    return record.outcome === "succeeded" ? EXIT.orderly : EXIT.failed;
  },
});

/** The choices have been checked; the type does not know it. */
function operationOf(name: string): OperationName {
  return z.enum(OPERATIONS).parse(name);
}

/**
 * Requests the operation, and waits: the same key gives the same request again.
 *
 * @throws {Failure} If the end is not told in time: a history that cannot be written keeps it back.
 */
async function requestAndWait(
  connection: Connection,
  { handle, body, atMost, signal }: { handle: string; body: object; atMost: number; signal: AbortSignal },
): Promise<RequestRecord> {
  const key = crypto.randomUUID();
  const shape = z.union([RequestRecord, z.object({ requestId: z.number(), state: z.literal("accepted") })]);
  let request = "";
  for (let left = atMost; left > 0; left -= LONGEST_WAIT) {
    const headers = { prefer: `wait=${Math.min(left, LONGEST_WAIT)}`, "idempotency-key": key };
    const answer = await connection.call(`POST /v1/handles/${handle}/requests`, { shape, body, headers, signal });
    if ("outcome" in answer) return answer;
    request = String(answer.requestId);
    if (left > LONGEST_WAIT) printAside(`request ${request} is accepted, and its end is not told yet`);
  }
  throw new Failure(
    `Request ${request} is accepted, but its end is not told: see history show ${request}, and doctor for why`,
  );
}

function outcomeOf({ requestId, operation, phone, outcome, code, result, cause, message }: RequestRecord): string {
  const said = `${operation} of ${phone} ${outcome} (request ${requestId})`;
  if (outcome === "succeeded") return paint("green", printable(said));
  const why = [cause, code ?? (result === null ? undefined : String(result)), message].filter((word) =>
    word !== undefined
  );
  return paint("red", printable(`${said}: ${why.join(", ")}`));
}
