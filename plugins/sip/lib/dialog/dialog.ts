/**
 * Dialogs (RFC 3261 section 12).
 *
 * @module
 */
import {
  hasUriParam,
  type Header,
  kept,
  MalformedMessage,
  parseAddress,
  parseCSeq,
  type SipRequest,
  type SipResponse,
  writeRequestUri,
} from "../message/mod.ts";
import { type Peer, samePeer } from "../transport/mod.ts";
import type { OtherSide } from "./dialog_table.ts";
import { newRequest } from "./outgoing.ts";

/** Routes of one dialog; a phone behind a proxy or two has as many. */
const MOST_ROUTES = 8;

/**
 * Characters of all that a dialog keeps: its requests repeat it for as long as it lasts. One of its addresses may be
 * long by itself: a Contact with the parameters of RFC 8599 has a thousand and more.
 */
const MOST_CHARACTERS = 8_192;

/** Why these texts are too much for one dialog; `undefined`, if they are not. */
function excessOf(routes: readonly string[], others: readonly string[]): string | undefined {
  if (routes.length > MOST_ROUTES) return `More than ${MOST_ROUTES} routes`;
  const characters = [...routes, ...others].reduce((sum, text) => sum + text.length, 0);
  return characters > MOST_CHARACTERS ? `A dialog of more than ${MOST_CHARACTERS} characters` : undefined;
}

interface DialogOptions {
  callId: string;
  /** From and To as we write them, with their tags. */
  local: string;
  remote: string;
  localTag: string;
  target: string;
  routes: string[];
  localCSeq: number;
  remoteCSeq: number | undefined;
  peer: Peer;
  currentPeer: CurrentPeer | undefined;
  flaw?: DialogFlaw | undefined;
}

/** What is wrong with a 2xx that has to be acknowledged all the same. */
export interface DialogFlaw {
  /** For people. */
  readonly reason: string;
  /** Whether the dialog is more than we keep, and to be ended. */
  readonly isExcess: boolean;
}

/** Where the other side is known to be now, if that can change without a word in the dialog. */
type CurrentPeer = () => Peer | undefined;

/** What only we know of a dialog. */
interface OurSide {
  localTag: string;
  /** Where the other side was met. */
  peer: Peer;
  currentPeer?: CurrentPeer | undefined;
}

/** One dialog: what its requests have in common, and the order of those that come. */
export class Dialog {
  readonly callId: string;
  readonly localTag: string;
  /** Of a dialog that an answer has made. */
  readonly flaw: DialogFlaw | undefined;
  readonly #local: string;
  readonly #remote: string;
  readonly #routes: readonly string[];
  readonly #currentPeer: CurrentPeer | undefined;
  /** Where it was known to be when that was looked at last. */
  #known: Peer;
  #peer: Peer;
  #target: string;
  #localCSeq: number;
  #remoteCSeq: number | undefined;

  private constructor(options: DialogOptions) {
    this.callId = options.callId;
    this.localTag = options.localTag;
    this.flaw = options.flaw;
    this.#local = options.local;
    this.#remote = options.remote;
    this.#routes = options.routes;
    this.#peer = options.peer;
    this.#currentPeer = options.currentPeer;
    this.#known = options.peer;
    this.#target = options.target;
    this.#localCSeq = options.localCSeq;
    this.#remoteCSeq = options.remoteCSeq;
  }

  /**
   * The dialog that a 2xx to a request of ours makes (12.1.2). A 2xx has to be acknowledged whatever it lacks, so one
   * without a Contact that can be read is taken to be reached where the request went, and one that is too much to be
   * kept is kept until it is ended: {@linkcode Dialog.flaw} says so.
   */
  static ofResponse(
    request: SipRequest,
    response: SipResponse,
    { localTag, peer, currentPeer }: OurSide,
  ): Dialog {
    const { callId, from, cseq } = identityOf(request);
    const routes = response.headers.all("Record-Route");
    const remote = response.headers.get("To") ?? "";
    const target = contactOf(response);
    const excess = excessOf(routes, [callId, from, remote, target ?? ""]);
    const missing = target === undefined ? "It has no Contact that can be read" : undefined;
    const reason = excess ?? missing;
    return new Dialog({
      callId,
      localTag,
      peer,
      currentPeer,
      local: from,
      remote: kept(remote),
      target: target ?? request.uri,
      flaw: reason === undefined ? undefined : { reason, isExcess: excess !== undefined },
      routes: routes.map(kept).reverse(),
      localCSeq: cseq,
      remoteCSeq: undefined,
    });
  }

  /**
   * The dialog that a request makes of which we send a 2xx with this tag (12.1.1).
   *
   * @throws {MalformedMessage} If it has no Contact to send requests to, or more than is kept of a dialog.
   */
  static ofRequest(request: SipRequest, { localTag, peer, currentPeer }: OurSide): Dialog {
    const { callId, from, to, cseq } = identityOf(request);
    const routes = request.headers.all("Record-Route");
    const target = contactOf(request);
    if (target === undefined) throw new MalformedMessage(400, "Contact must be one SIP URI");
    const excess = excessOf(routes, [callId, from, to, request.uri, target]);
    if (excess !== undefined) throw new MalformedMessage(400, `${excess} is not kept`);
    return new Dialog({
      callId: kept(callId),
      localTag,
      peer,
      currentPeer,
      local: kept(`${to};tag=${localTag}`),
      remote: kept(from),
      target,
      routes: routes.map(kept),
      localCSeq: 0,
      remoteCSeq: cseq,
    });
  }

  /** Who is at the other side, and where. */
  get other(): OtherSide {
    return { peer: this.peer, address: this.#remote };
  }

  /** The Contact of the other side, as a URI. */
  get target(): string {
    return this.#target;
  }

  /** Where requests are sent: where the last request that said so came from, or where the other side has gone since. */
  get peer(): Peer {
    const now = this.#currentPeer?.();
    if (now && !samePeer(now, this.#known)) this.#peer = this.#known = now;
    return this.#peer;
  }

  /** Makes the next request (12.2.1.1). */
  request(method: string, options: { headers?: Iterable<Header>; body?: Uint8Array } = {}): SipRequest {
    return this.#request(method, { ...options, cseq: ++this.#localCSeq });
  }

  /** Makes the ACK of the 2xx to an INVITE of ours; it answers a challenge as the INVITE did (13.2.2.4, 22.1). */
  acknowledgement(invite: SipRequest, body?: Uint8Array): SipRequest {
    const headers = ["Authorization", "Proxy-Authorization"].flatMap((name) =>
      invite.headers.all(name).map((value): Header => [name, value])
    );
    return this.#request("ACK", { cseq: identityOf(invite).cseq, headers, ...(body ? { body } : {}) });
  }

  /** Whether a request that came is the next: it must not be older than one that has come before (12.2.2). */
  takes(request: SipRequest): boolean {
    const { cseq } = identityOf(request);
    if (this.#remoteCSeq !== undefined && cseq <= this.#remoteCSeq) return false;
    this.#remoteCSeq = cseq;
    return true;
  }

  /**
   * Takes the Contact of a message that refreshes the target (12.2); a request says also where the phone is now.
   *
   * @returns Whether that could be: a Contact that cannot be read, or is more than is kept, leaves the target as it was.
   */
  refresh(message: SipRequest | SipResponse, peer: Peer): boolean {
    this.#peer = peer;
    const target = contactOf(message);
    if (target === undefined) return !message.headers.has("Contact");
    if (excessOf(this.#routes, [this.callId, this.#local, this.#remote, target]) !== undefined) return false;
    this.#target = target;
    return true;
  }

  #request(
    method: string,
    { cseq, ...rest }: { cseq: number; headers?: Iterable<Header>; body?: Uint8Array },
  ): SipRequest {
    const { callId } = this;
    return newRequest({ method, callId, cseq, from: this.#local, to: this.#remote, ...rest, ...this.#route() });
  }

  /** A first route without lr is a strict router: it is the request URI itself, and the target goes last (12.2.1.1). */
  #route(): { uri: string; routes: readonly string[] } {
    const [first, ...others] = this.#routes;
    const strict = first === undefined ? undefined : strictRouter(first);
    if (strict === undefined) return { uri: this.#target, routes: this.#routes };
    return { uri: strict, routes: [...others, `<${this.#target}>`] };
  }
}

function strictRouter(route: string): string | undefined {
  const uri = readOrNothing(() => parseAddress(route).uri);
  return uri && !hasUriParam(uri, "lr") ? writeRequestUri(uri) : undefined;
}

function contactOf({ headers }: SipRequest | SipResponse): string | undefined {
  const [contact] = headers.all("Contact");
  if (contact === undefined) return undefined;
  return readOrNothing(() => kept(writeRequestUri(parseAddress(contact).uri)));
}

function readOrNothing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof MalformedMessage) return undefined;
    throw error;
  }
}

/** What every message has, or it would have been refused when it was read. */
function identityOf({ headers }: SipRequest): { callId: string; from: string; to: string; cseq: number } {
  const [callId = "", from = "", to = ""] = [headers.get("Call-ID"), headers.get("From"), headers.get("To")];
  return { callId, from, to, cseq: parseCSeq(headers.get("CSeq") ?? "").number };
}
