/**
 * What the calls and subscriptions of one user agent share.
 *
 * @module
 */
import {
  encodingRefusal,
  type Header,
  newToken,
  type ResponseOptions,
  responseTo,
  type SipMessage,
  writeAddress,
} from "../message/mod.ts";
import type { Clock } from "../tools/mod.ts";
import type { Endpoint, ServerTransaction } from "../transaction/mod.ts";
import { type Peer, peerText, unzoned } from "../transport/mod.ts";
import type { Dialog } from "./dialog.ts";
import type { DialogTable } from "./dialog_table.ts";

/** What the calls and subscriptions of one user agent share. */
export interface AgentContext {
  readonly endpoint: Endpoint;
  readonly dialogs: DialogTable;
  readonly clock: Clock;
  readonly product: string;
  local(to: Peer): { host: string; port: number };
  log(text: string): void;
}

/** The extensions that a phone may require of us. */
const SUPPORTED: readonly string[] = ["timer"];

/** Our Contact, as a peer reaches us; the user is as it is written in a URI. */
export function contact(agent: AgentContext, { peer, user }: { peer: Peer; user: string | undefined }): Header {
  const params = peer.transport === "tcp" ? [{ name: "transport", value: "tcp" }] : [];
  const { host, port } = agent.local(peer);
  const uri = {
    scheme: "sip" as const,
    host: unzoned(host),
    port,
    params,
    ...(user === undefined ? {} : { user }),
  };
  return ["Contact", writeAddress({ uri, params: [] })];
}

/** Answers a request in our name; with a To tag of its own, if nothing else is said and there is none (RFC 3261 8.2.6.2). */
export function reply(
  agent: AgentContext,
  { transaction, status, ...options }: ResponseOptions & { transaction: ServerTransaction; status: number },
): void {
  const headers = [["Server", agent.product] as const, ...(options.headers ?? [])];
  transaction.respond(responseTo(transaction.request, status, { toTag: newToken(), ...options, headers }));
}

/**
 * Refuses what every request is refused for, whatever it asks: that it requires what we do not know (RFC 3261 8.2.2.3),
 * and that its body is encoded (8.2.3).
 *
 * @returns Whether it did.
 */
export function refusesAtOnce(agent: AgentContext, transaction: ServerTransaction): boolean {
  const { request } = transaction;
  const unknown = request.headers.all("Require").filter((name) => !SUPPORTED.includes(name.toLowerCase()));
  const refusal = unknown.length > 0
    ? { status: 420, headers: [["Unsupported", unknown.join(", ")] as const] }
    : encodingRefusal(request);
  if (refusal) reply(agent, { transaction, ...refusal });
  return refusal !== undefined;
}

/** Takes the Contact of a message that refreshes the target of a dialog (RFC 3261 12.2), or tells that it cannot. */
export function refreshTarget(
  agent: AgentContext,
  { dialog, message, from = dialog.peer }: { dialog: Dialog; message: SipMessage; from?: Peer },
): void {
  if (dialog.refresh(message, from)) return;
  agent.log(`${peerText(from)} has sent a Contact that cannot be taken: its dialog goes on with the one before`);
}
