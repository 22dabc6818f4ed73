/**
 * Which dialog a request belongs to.
 *
 * @module
 */
import { MalformedMessage, parseAddress, plainUser, type SipRequest, tagOf } from "../message/mod.ts";
import type { ServerTransaction } from "../transaction/mod.ts";
import type { Peer } from "../transport/mod.ts";

/**
 * Whether a request is of a dialog that is there, and from its other side: `here`, from the address where that is;
 * `elsewhere`, in its name, but from another address; `none`, of no dialog, or in the name of somebody who is not of
 * it.
 */
export type DialogMatch = "here" | "elsewhere" | "none";

/** The other side of a dialog. */
export interface OtherSide {
  /** Where it is. */
  readonly peer: Peer;
  /** Who it is: From or To. */
  readonly address: string;
}

/** What uses a dialog (RFC 5057): a call or a subscription, which takes what comes for it. */
export interface DialogUsage {
  /** Whose requests it takes. */
  readonly other: OtherSide;
  /** Takes a request inside of the dialog, and answers it. */
  receive(transaction: ServerTransaction): void;
  /** Takes the ACK of a 2xx. */
  receiveAck?(ack: SipRequest): void;
}

/**
 * The dialogs of a user agent by Call-ID and our tag. That is enough to find one: our tags are random and never given
 * twice. The tag of the other side must be right as well (RFC 3261 12.2.2), as soon as it has one: an INVITE of ours has
 * many before it is answered.
 */
export class DialogTable {
  readonly #usages = new Map<string, DialogUsage>();

  /** Makes a dialog known, or gives it to somebody else. */
  set(dialog: { callId: string; localTag: string }, usage: DialogUsage): void {
    this.#usages.set(key(dialog), usage);
  }

  /** Forgets a dialog. */
  delete(dialog: { callId: string; localTag: string }): void {
    this.#usages.delete(key(dialog));
  }

  /** Who takes a request with a To tag, if it comes in the dialog of that tag. */
  find(request: SipRequest): DialogUsage | undefined {
    const callId = request.headers.get("Call-ID");
    const localTag = tagOf(request.headers.get("To") ?? "");
    const usage = callId === undefined || localTag === undefined
      ? undefined
      : this.#usages.get(key({ callId, localTag }));
    const remoteTag = usage && tagOf(usage.other.address);
    return remoteTag === undefined || remoteTag === tagOf(request.headers.get("From") ?? "") ? usage : undefined;
  }

  /** As `UserAgent.knows`. */
  match(request: SipRequest, from: Peer): DialogMatch {
    const other = this.find(request)?.other;
    if (!other) return "none";
    // Whatever its port: many phones send from another one than they listen at, and each connection has one of its own.
    if (other.peer.host === from.host) return "here";
    return userIn(other.address) === userIn(request.headers.get("From") ?? "") ? "elsewhere" : "none";
  }
}

function userIn(address: string): string | undefined {
  try {
    return plainUser(parseAddress(address).uri);
  } catch (error) {
    if (error instanceof MalformedMessage) return undefined;
    throw error;
  }
}

function key({ callId, localTag }: { callId: string; localTag: string }): string {
  return `${callId}\n${localTag}`;
}
