/**
 * Which dialog a request belongs to.
 *
 * @module
 */
import { type SipRequest, tagOf } from "../message/mod.ts";
import type { ServerTransaction } from "../transaction/mod.ts";

/** What a dialog does with what comes for it. */
export interface DialogUser {
  /** Takes a request inside of the dialog, and answers it. */
  receive(transaction: ServerTransaction): void;
  /** Takes the ACK of a 2xx. */
  receiveAck?(ack: SipRequest): void;
}

/**
 * The dialogs of a user agent by Call-ID and our tag. That is enough to find one: our tags are random and never given twice. The tag of
 * the other side is not asked for here, because an INVITE of ours has many before it is answered.
 */
export class DialogTable {
  readonly #users = new Map<string, DialogUser>();

  /** Makes a dialog known, or gives it to somebody else. */
  set(dialog: { callId: string; localTag: string }, user: DialogUser): void {
    this.#users.set(key(dialog), user);
  }

  /** Forgets a dialog. */
  delete(dialog: { callId: string; localTag: string }): void {
    this.#users.delete(key(dialog));
  }

  /** Who takes a request with a To tag. */
  find(request: SipRequest): DialogUser | undefined {
    const callId = request.headers.get("Call-ID");
    const localTag = tagOf(request.headers.get("To") ?? "");
    return callId === undefined || localTag === undefined ? undefined : this.#users.get(key({ callId, localTag }));
  }
}

function key({ callId, localTag }: { callId: string; localTag: string }): string {
  return `${callId}\n${localTag}`;
}
