/**
 * Doing what `devSpecific` asks for.
 *
 * @module
 */
import { PhoneError, unlessAborted } from "switchroom/plugin";
import type { AccountConfiguration } from "../configuration.ts";
import type { Call } from "../lib/call/mod.ts";
import { RequestRefused } from "../lib/dialog/mod.ts";
import type { Header, SipResponse } from "../lib/message/mod.ts";
import { type Answer, type Command, type RawRequest, tellAnswer } from "./command.ts";
import type { Contacts } from "./contacts.ts";

/** What a command is executed with. */
export interface ExecuteOptions {
  allow: AccountConfiguration["allow"];
  contacts: Contacts;
  /** The call that is up. */
  call: Call | undefined;
  signal: AbortSignal;
  /** Names the request to whom the answer is told. */
  requestId: number;
  /** Tells the application. */
  tell(params: Uint8Array): void;
}

/** What a command does, for people. */
export function describe(command: Command): string {
  return command.do === "request" ? `send ${command.request.method} to` : `send ${command.do} to`;
}

/**
 * Does what is asked for; fulfilled when the phone has said so.
 *
 * @throws {PhoneError} If the configuration does not allow it, or it needs a call and none is up.
 * @throws {RequestRefused} What the phone says against it.
 */
export async function execute(command: Command, options: ExecuteOptions): Promise<void> {
  if (command.do === "request") return await send(command.request, options);
  const { call, signal } = options;
  if (!call) throw noCall(command.do === "hold" ? "hold" : "send digits");
  await unlessAborted(command.do === "hold" ? call.hold(command.on) : call.sendDigits(command.digits, signal), signal);
}

/**
 * Sends a request, and tells whatever it is answered: an application that words its own requests wants to read the
 * phone's words.
 */
async function send(request: RawRequest, options: ExecuteOptions): Promise<void> {
  const tell = (answer: Answer) => options.tell(tellAnswer(answer, options.requestId));
  try {
    tell(await sendRaw(request, options));
  } catch (error) {
    if (error instanceof RequestRefused) tell(error);
    throw error;
  }
}

/**
 * Sends a request that an application words itself, within what the configuration allows: to every contact, or into the
 * call that is up.
 *
 * @throws {PhoneError} `OPERATIONUNAVAIL` if the configuration does not allow it, `OPERATIONFAILED` without a call that
 * it could go into.
 * @throws {RequestRefused} What the phone says against it.
 */
async function sendRaw(request: RawRequest, { allow, contacts, call, signal }: ExecuteOptions): Promise<SipResponse> {
  requireAllowed(request, allow);
  const { method, event, inDialog, body } = request;
  const headers: Header[] = [...request.headers];
  if (event !== undefined) headers.push(["Event", event], ["Subscription-State", "active"]);
  if (body) headers.push(["Content-Type", body.type]);
  const message = { headers, ...body && { body: new TextEncoder().encode(body.text) } };
  if (!inDialog) return await contacts.request({ method, ...message, signal });
  if (!call) throw noCall(`send ${method}`);
  const response = await unlessAborted(call.request(method, message), signal);
  if (response.status >= 300) throw new RequestRefused(response);
  return response;
}

/** Says that something needs a call that is up. */
function noCall(what: string): PhoneError {
  return new PhoneError("OPERATIONFAILED", `Cannot ${what} in a call: none is up; set the handset off hook first`);
}

function requireAllowed({ method, event }: RawRequest, { methods, events }: AccountConfiguration["allow"]): void {
  if (event === undefined) {
    if (methods.includes(method)) return;
    throw notAllowed(method, `"allow": {"methods": ["${method}"]}`);
  }
  const name = event.split(";")[0]?.trim() ?? "";
  if (!events.includes(name)) throw notAllowed(`NOTIFY of ${name}`, `"allow": {"events": ["${name}"]}`);
}

function notAllowed(what: string, line: string): PhoneError {
  return new PhoneError(
    "OPERATIONUNAVAIL",
    `Cannot send ${what}: the configuration does not allow it; its account would have to say ${line}`,
  );
}
