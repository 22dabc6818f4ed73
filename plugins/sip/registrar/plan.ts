/**
 * What becomes of the bindings of an account by a REGISTER: all of it, or nothing (RFC 3261 10.3, steps 6 and 7).
 *
 * @module
 */
import {
  type Address,
  newToken,
  paramOf,
  sameUri,
  SIP_PORT,
  type SipUri,
  uriParamOf,
  writeAddress,
} from "../lib/message/mod.ts";
import type { Peer } from "../lib/transport/mod.ts";
import { Refusal, type Register } from "./read_register.ts";
import type { Binding, BindingChangeReason } from "./registrar.ts";

/** Below this a registrar may refuse what is too brief; above it may not (RFC 3261 10.2.8). */
const AN_HOUR = 3_600;

/** What holds for every plan. */
export interface PlanBounds {
  /** Bindings of one account. */
  most: number;
  /** Characters of all of them. */
  mostCharacters: number;
  leastSeconds: number;
  mostSeconds: number;
}

/** What a plan is made for. */
export interface PlanFor {
  user: string;
  /** Its bindings, the one refreshed last first. */
  current: readonly Binding[];
  register: Register;
  from: Peer;
  /** On the registrar's clock. */
  now: number;
}

/** What the bindings are to be. */
export interface Plan {
  /** The one refreshed last first. */
  bindings: readonly Binding[];
  /** How many had to go because there are too many. */
  displaced: number;
  /** Absent if there is no change. */
  reason?: BindingChangeReason;
}

/** Plans. @throws {Refusal} If any of it cannot be done. */
export function plan(asked: PlanFor, bounds: PlanBounds): Plan {
  const { current, register } = asked;
  const { contacts } = register;
  if (contacts === "all") {
    for (const binding of current) refuseOlder(binding, register);
    return { bindings: [], displaced: 0, ...current.length > 0 && { reason: "unregistered" } };
  }
  const wanted = contacts.map(({ contact }) => contact);
  if (contacts.length > bounds.most) throw new Refusal(403, `More Than ${bounds.most} Contacts`);
  if (charactersOf(wanted) > bounds.mostCharacters) {
    throw new Refusal(403, `More Than ${bounds.mostCharacters} Characters Of Contacts`);
  }
  let bindings = current;
  for (const { contact, seconds } of contacts) {
    const isIt = (binding: Binding) => sameUri(binding.contact.uri, contact.uri);
    // What this very REGISTER has brought is another flow of that phone, or what it has moved to.
    const isReplaced = (binding: Binding) => isIt(binding) || current.includes(binding) && sameFlow(binding, contact);
    current.filter(isReplaced).forEach((binding) => refuseOlder(binding, register));
    const id = bindings.find(isIt)?.id ?? newToken();
    const others = bindings.filter((binding) => !isReplaced(binding));
    const lasting = lastingSeconds(seconds, bounds);
    bindings = lasting === 0 ? others : [newBinding({ ...asked, id, contact, seconds: lasting }), ...others];
  }
  // A phone that takes another port at each start must not lock itself out: its oldest binding makes room.
  const fitting = bindings.filter((_, nth) =>
    nth < bounds.most && charactersOf(bindings.slice(0, nth + 1).map(({ contact }) => contact)) <= bounds.mostCharacters
  );
  const displaced = bindings.length - fitting.length;
  return { bindings: fitting, displaced, ...contacts.length > 0 && changeOf(current, fitting) };
}

function charactersOf(contacts: readonly Address[]): number {
  return contacts.reduce((sum, contact) => sum + writeAddress(contact).length, 0);
}

/**
 * Whether a contact takes the place of a binding (RFC 5626 section 6): the same phone, which was restarted and has
 * another port, or has moved. One that does not number its flows has a single one.
 */
function sameFlow(binding: Binding, contact: Address): boolean {
  const [before, now] = [binding.contact, contact].map(({ params }) => ({
    instance: paramOf(params, "+sip.instance"),
    flow: paramOf(params, "reg-id"),
  }));
  return before?.instance !== undefined && before.instance === now?.instance && before.flow === now.flow;
}

/** A REGISTER that was overtaken on its way must not undo the later one. */
function refuseOlder(binding: Binding, { callId, cseq }: Register): void {
  if (binding.callId === callId && cseq <= binding.cseq) throw new Refusal(500, "CSeq Not Higher Than Before");
}

function lastingSeconds(seconds: number, { leastSeconds, mostSeconds }: PlanBounds): number {
  if (seconds > 0 && seconds < leastSeconds && seconds < AN_HOUR) {
    throw new Refusal(423, "Interval Too Brief", { headers: [["Min-Expires", String(leastSeconds)]] });
  }
  return Math.min(seconds, mostSeconds);
}

function newBinding(
  { user, register, from, now, id, contact, seconds }: PlanFor & { id: string; contact: Address; seconds: number },
): Binding {
  const { callId, cseq } = register;
  const peer = peerOf(contact.uri, from);
  return { id, user, contact, peer, isFlow: peer.transport === "tcp", callId, cseq, expiresAt: now + seconds * 1_000 };
}

/**
 * Where a contact is reached: where its messages come from, as a contact behind a router names what nobody else can
 * reach. A phone that is at the very address that it names may send from another port than it listens at, and means
 * what it says.
 */
function peerOf(uri: SipUri, from: Peer): Peer {
  const { host, port = SIP_PORT } = uri;
  const transport = uriParamOf(uri, "transport")?.toLowerCase() ?? "udp";
  return from.transport === "udp" && transport === "udp" && host === from.host ? { ...from, port } : from;
}

function changeOf(
  current: readonly Binding[],
  bindings: readonly Binding[],
): { reason: BindingChangeReason } | undefined {
  const isIn = (some: readonly Binding[]) => ({ id }: Binding) => some.some((other) => other.id === id);
  if (!bindings.every(isIn(current))) return { reason: "registered" };
  if (!current.every(isIn(bindings))) return { reason: "unregistered" };
  return bindings.length > 0 ? { reason: "refreshed" } : undefined;
}
