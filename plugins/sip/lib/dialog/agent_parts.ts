/**
 * What the calls and subscriptions of one user agent share.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { RtpPorts } from "../media/mod.ts";
import {
  type Header,
  MalformedMessage,
  parseUri,
  type ResponseOptions,
  responseTo,
  type SipRequest,
  type SipResponse,
  writeAddress,
} from "../message/mod.ts";
import type { Endpoint, ServerTransaction } from "../transaction/mod.ts";
import { type Peer, unzoned } from "../transport/mod.ts";
import { CallRefused, type Refusal } from "./call.ts";
import type { DialogTable } from "./dialog_table.ts";

/** What the calls and subscriptions of one user agent share. */
export interface AgentParts {
  readonly endpoint: Endpoint;
  readonly dialogs: DialogTable;
  readonly clock: Clock;
  readonly ports: RtpPorts;
  readonly mostPacketsPerSecond: number;
  readonly product: string;
  local(to: Peer): { host: string; port: number };
  log(text: string): void;
}

/** What can be asked of us inside of a call. */
export const CALL_METHODS: readonly string[] = ["ACK", "BYE", "CANCEL", "INFO", "INVITE", "OPTIONS", "UPDATE"];

/** The same, as the Allow header of a call says it. */
export const ALLOW = CALL_METHODS.join(", ");

/** The extensions that a phone may require of us. */
const SUPPORTED: readonly string[] = ["timer"];

/** Our Contact, as a peer reaches us. */
export function contact(parts: AgentParts, { peer, user }: { peer: Peer; user: string | undefined }): Header {
  const params = new Map(peer.transport === "tcp" ? [["transport", "tcp"]] : []);
  const { host, port } = parts.local(peer);
  const uri = {
    scheme: "sip" as const,
    host: unzoned(host),
    port,
    params,
    ...(user === undefined ? {} : { user }),
  };
  return ["Contact", writeAddress({ uri, params: new Map() })];
}

/** Answers a request in our name. */
export function reply(
  parts: AgentParts,
  { transaction, status, ...options }: ResponseOptions & { transaction: ServerTransaction; status: number },
): void {
  const headers = [["Server", parts.product] as const, ...(options.headers ?? [])];
  transaction.respond(responseTo(transaction.request, status, { ...options, headers }));
}

/** Refuses a request that requires what we do not know (RFC 3261 8.2.2.3). @returns Whether it did. */
export function refusesExtension(parts: AgentParts, transaction: ServerTransaction): boolean {
  const unknown = transaction.request.headers.all("Require").filter((name) => !SUPPORTED.includes(name.toLowerCase()));
  if (unknown.length === 0) return false;
  reply(parts, { transaction, status: 420, headers: [["Unsupported", unknown.join(", ")]] });
  return true;
}

/** The user part of a request URI: who is called, or what is subscribed to. */
export function userOf({ uri }: SipRequest): string | undefined {
  try {
    return parseUri(uri).user;
  } catch (error) {
    if (error instanceof MalformedMessage) return undefined;
    throw error;
  }
}

/** What failed, for the log. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What stands for an answer that never came, or for what kept us from asking. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof CallRefused) return { status: error.status, reason: error.reason };
  return { status: 503, reason: messageOf(error) };
}

/** Whether an answer is the good one. */
export function isSuccess({ status }: SipResponse): boolean {
  return status >= 200 && status < 300;
}

/** Whether an answer, or the lack of one, says that the other side knows the dialog no more (RFC 3261 12.2.1.2). */
export function endsDialog({ status }: { status: number }): boolean {
  return status === 481 || status === 408;
}
