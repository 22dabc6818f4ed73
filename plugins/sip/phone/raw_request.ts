/**
 * Requests that an application words itself, within what the configuration allows for the account.
 *
 * @module
 */
import { PhoneError } from "switchroom/plugin";
import type { AccountConfiguration } from "../configuration.ts";
import type { Call } from "../lib/call/mod.ts";
import { RequestRefused } from "../lib/dialog/mod.ts";
import type { Header, SipResponse } from "../lib/message/mod.ts";
import { unlessAborted } from "../lib/tools/mod.ts";
import type { RawRequest } from "./order.ts";
import type { Reach } from "./reach.ts";

/** What a request goes out with. */
export interface RawParts {
  allow: AccountConfiguration["allow"];
  reach: Reach;
  /** The call that is up. */
  call: Call | undefined;
  signal: AbortSignal;
}

/**
 * Sends a request to every contact, or into the call that is up.
 *
 * @throws {PhoneError} `OPERATIONUNAVAIL` if the configuration does not allow it, `OPERATIONFAILED` without a call that it could go into.
 * @throws {RequestRefused} What the phone says against it.
 */
export async function sendRaw(request: RawRequest, { allow, reach, call, signal }: RawParts): Promise<SipResponse> {
  requireAllowed(request, allow);
  const { method, event, inDialog, body } = request;
  const headers: Header[] = [...request.headers];
  if (event !== undefined) headers.push(["Event", event], ["Subscription-State", "active"]);
  if (body) headers.push(["Content-Type", body.type]);
  const message = { headers, ...body && { body: new TextEncoder().encode(body.text) } };
  if (!inDialog) return await reach.ask({ method, ...message, signal });
  if (!call) throw noCall(`send ${method}`);
  const response = await unlessAborted(call.request(method, message), signal);
  if (response.status >= 300) throw new RequestRefused(response);
  return response;
}

/** Says that something needs a call that is up. */
export function noCall(what: string): PhoneError {
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
