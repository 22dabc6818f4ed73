/**
 * What a registrar offers, and what it is made of.
 *
 * @module
 */
import type { DialogMatch } from "../lib/dialog/mod.ts";
import type { DigestAlgorithm } from "../lib/digest/mod.ts";
import type { Address, SipRequest } from "../lib/message/mod.ts";
import type { Clock } from "../lib/tools/mod.ts";
import type { Admission, ServerTransaction } from "../lib/transaction/mod.ts";
import type { Peer } from "../lib/transport/mod.ts";

/** Who may register. */
export interface Account {
  /** The user of its address of record, and of its digest. */
  readonly user: string;
  /** Its password. */
  readonly secret: string;
}

/** Where a phone of an account can be reached, for a time. */
export interface Binding {
  /** Names it for as long as it lasts, however often it is refreshed. */
  readonly id: string;
  /** The account's user. */
  readonly user: string;
  /** What it registered; its URI is the request URI of what is sent to it. */
  readonly contact: Address;
  /** Where its messages go to: where they really come from, unless it said so credibly otherwise. */
  readonly peer: Peer;
  /**
   * Whether that is the connection that its REGISTER came over (RFC 5626's flow), and not an address that it listens
   * at.
   */
  readonly isFlow: boolean;
  /** The Call-ID of the REGISTER that it was last refreshed by. */
  readonly callId: string;
  /** The number of that REGISTER's CSeq. */
  readonly cseq: number;
  /** When it ends, on the registrar's clock. */
  readonly expiresAt: number;
}

/** Why the bindings of an account are not what they were. */
export type BindingChangeReason = "registered" | "refreshed" | "unregistered" | "expired" | "lost";

/** A change of the bindings of one account. */
export interface BindingChange {
  /** The account's user. */
  readonly user: string;
  /** Those that are left, the preferred first. */
  readonly bindings: readonly Binding[];
  /**
   * What happened. `registered`: at least one is new; `refreshed`: none is new and none has gone, but their ends,
   * contacts or peers may have changed; `unregistered`: the phone took one back; `expired`: one was not refreshed in
   * time; `lost`: the connection of one is gone, and with it the binding, unless the phone may listen at its contact.
   */
  readonly reason: BindingChangeReason;
  /** For people. */
  readonly why: string;
}

/** A rate: so many at once, and so many a second in the long run. */
export interface Rate {
  /** At once. */
  readonly burst: number;
  /** A second. */
  readonly perSecond: number;
}

/** What phones and strangers may cost. A source is an IPv4 address, or an IPv6 network of 64 bits. */
export interface RegistrarBounds {
  /** Bindings of one account; one more takes the place of the one that was refreshed longest ago. */
  readonly contactsPerAccount: number;
  /**
   * Characters of all contacts of one account: every answer gives all of them back, and must fit a datagram. Beyond
   * them, too, the new take the place of the old.
   */
  readonly contactCharactersPerAccount: number;
  /** REGISTER requests of one source. */
  readonly registrations: Rate;
  /** Wrong answers to challenges of one source; beyond them its answers are not even looked at. */
  readonly wrongAnswers: Rate;
  /** OPTIONS requests of one source. */
  readonly options: Rate;
}

/** What holds unless told otherwise. A whole room of phones may stand behind one address. */
export const DEFAULT_REGISTRAR_BOUNDS: RegistrarBounds = {
  contactsPerAccount: 10,
  contactCharactersPerAccount: 16_384,
  registrations: { burst: 1_000, perSecond: 50 },
  wrongAnswers: { burst: 20, perSecond: 0.2 },
  options: { burst: 200, perSecond: 20 },
};

/** What {@linkcode openRegistrar} is told. */
export interface RegistrarOptions {
  /** The domain of the addresses of record, and of the digest. */
  readonly realm: string;
  /** Who may register. */
  readonly accounts: readonly Account[];
  /**
   * Methods that are taken outside of dialogs, beside REGISTER and OPTIONS: `["INVITE", "SUBSCRIBE"]`. Others are
   * answered 405, 481 or 501.
   */
  readonly methods: readonly string[];
  /** Bounds of how long a binding lasts; a phone that does not say gets 3600 s within them. */
  readonly expiry: { readonly leastSeconds: number; readonly mostSeconds: number };
  /** What answers to challenges may be computed with, the preferred first. */
  readonly algorithms: readonly DigestAlgorithm[];
  /** What phones and strangers may cost. */
  readonly bounds: RegistrarBounds;
  /** Times bindings, challenges and rates. */
  readonly clock: Clock;
  /**
   * Tells whether a request with a To tag belongs to a dialog that is there; one from another address than that of the
   * dialog's other side must be signed, and one that belongs to none is answered 481 once. Let in, an INVITE would have
   * its 481 repeated until it is acknowledged: by whoever is named as its sender, who may know nothing of it.
   */
  inDialog(request: SipRequest, from: Peer): DialogMatch;
  /** Hears of each change, after the phone has been answered. It must not throw. */
  onChange(change: BindingChange): void;
  /** Told what an operator may want to know: refusals, never a secret. */
  log(text: string): void;
}

/** Says who sends what, and where phones are. Its functions may be passed on by themselves. */
export interface Registrar {
  /**
   * The `admit` of the endpoint: takes what an account has signed and what belongs to a dialog, and answers strangers
   * once.
   */
  admit(request: SipRequest, from: Peer): Admission;
  /** The user whose account signed a request that {@linkcode Registrar.admit} took; undefined inside of dialogs. */
  userOf(request: SipRequest): string | undefined;
  /** Answers a REGISTER that was admitted (RFC 3261 10.3). */
  register(transaction: ServerTransaction): void;
  /** Takes note that a connection is gone: the `onClosed` of the transports. */
  lost(peer: Peer): void;
  /** Forgets every binding, without a change being told. */
  close(): void;
}
