/**
 * How a phone is reached: the contacts that it has registered, and whether anybody answers there.
 *
 * @module
 */
import { PhoneError } from "switchroom/plugin";
import { type Outgoing, RequestRefused } from "../lib/dialog/mod.ts";
import { type Address, parseUri, type SipResponse } from "../lib/message/mod.ts";
import type { Subscription } from "../lib/subscription/mod.ts";
import type { Clock } from "../lib/tools/mod.ts";
import { type Peer, peerText, samePeer } from "../lib/transport/mod.ts";
import type { OutgoingRequest, UserAgent } from "../lib/user_agent/mod.ts";
import type { Binding } from "../registrar/mod.ts";
import { firstOf } from "./first_of.ts";
import { isSilence } from "./refusal.ts";

/** What the contacts of a phone are made of. */
export interface ContactsOptions {
  /** The account, and its own secret: a phone that challenges us asks for that. */
  user: string;
  secret: string;
  /** The domain of the addresses of record. */
  realm: string;
  /** Sends what is asked. */
  agent: Pick<UserAgent, "request">;
  clock: Clock;
  /** Takes what an operator may want to know. */
  log(text: string): void;
}

/** A request to every contact. */
export type ContactRequest = Pick<OutgoingRequest, "method" | "headers" | "body"> & { signal: AbortSignal };

/** What is asked of one contact, in its own way. */
export interface Question {
  /** Where it is. */
  to: Peer;
  /** Asks; gives the final answer, whatever its status. */
  ask(signal: AbortSignal): Promise<SipResponse>;
}

export class Contacts {
  readonly #options: ContactsOptions;
  readonly #silent = new Set<string>();
  #bindings: readonly Binding[] = [];
  #link = brokenLink("has not registered");

  constructor(options: ContactsOptions) {
    this.#options = options;
  }

  /** Whether a contact, by the id of its binding, is among {@linkcode Contacts.reachable}. */
  has(contact: string): boolean {
    return this.reachable.some(({ id }) => id === contact);
  }

  /** The contacts that are registered and not known to be silent, the preferred first. */
  get reachable(): readonly Binding[] {
    return this.#bindings.filter((binding) => !this.#silent.has(binding.id));
  }

  /** Where a contact is now, by the id of its binding. */
  peerOf(contact: string): Peer | undefined {
    return this.#bindings.find(({ id }) => id === contact)?.peer;
  }

  /** Every contact that is registered. */
  get bindings(): readonly Binding[] {
    return this.#bindings;
  }

  /**
   * Aborted while the phone cannot be reached, by a `PhoneError` that says why; another one each time that it comes
   * back.
   */
  get link(): AbortSignal {
    return this.#link.signal;
  }

  /** Takes up what the registrar says; a contact that has registered anew is there. */
  registered(bindings: readonly Binding[], why: string): void {
    const before = new Map(this.#bindings.map((binding) => [binding.id, binding]));
    for (const binding of bindings) {
      const known = before.get(binding.id);
      before.delete(binding.id);
      if (known?.cseq !== binding.cseq || known.callId !== binding.callId) this.#silent.delete(binding.id);
    }
    for (const gone of before.keys()) this.#silent.delete(gone);
    this.#bindings = bindings;
    this.#relink(why);
  }

  /** Takes note of whether anybody answers at a contact. */
  heard(binding: Binding, answers: boolean): void {
    if (answers) this.#silent.delete(binding.id);
    else if (this.#bindings.includes(binding)) this.#silent.add(binding.id);
    this.#relink("does not answer any more");
  }

  /** What every request to a contact says. */
  outgoing({ id, contact, peer }: Binding): Outgoing {
    const { user, secret, realm } = this.#options;
    return {
      to: peer,
      currentPeer: () => this.peerOf(id),
      uri: contact.uri,
      from: address({ name: "Switchroom", user: "switchroom", realm }),
      toAddress: address({ user, realm }),
      credentials: { user, secret },
    };
  }

  /** Whose subscription one is: the contact that is met where that is notified, or that calls itself by that address. */
  of({ peer, target }: Pick<Subscription, "peer" | "target">): Binding | undefined {
    const { host, port } = parseUri(target);
    return this.#bindings.find((binding) => samePeer(binding.peer, peer)) ??
      this.#bindings.find(({ contact: { uri } }) => uri.host === host && uri.port === port);
  }

  /**
   * Asks every contact the same.
   *
   * @throws As {@linkcode Contacts.ask}.
   */
  request({ signal, ...request }: ContactRequest): Promise<SipResponse> {
    return this.ask(this.reachable.map((binding) => this.question(binding, request)), signal);
  }

  /** What one contact is asked. */
  question(binding: Binding, request: Omit<ContactRequest, "signal">): Question {
    const { agent } = this.#options;
    return { to: binding.peer, ask: (signal) => agent.request({ ...this.outgoing(binding), ...request, signal }) };
  }

  /**
   * Asks each question, and is content with the first that is answered by 2xx: the others go on, and what is said
   * against them goes to the log.
   *
   * @throws {RequestRefused} What says most of the refusals, if all are refused.
   * @throws {PhoneError} If the phone cannot be reached.
   */
  async ask(questions: readonly Question[], signal: AbortSignal): Promise<SipResponse> {
    signal.throwIfAborted();
    this.link.throwIfAborted();
    const { clock } = this.#options;
    const over = new AbortController();
    const until = AbortSignal.any([signal, over.signal]);
    const asked = questions.map(async ({ ask }) => {
      const response = await ask(until);
      if (response.status >= 300) throw new RequestRefused(response);
      return response;
    });
    try {
      const response = await firstOf(asked, { clock });
      questions.forEach(({ to }, index) => asked[index]?.catch((error) => this.#tellRefusal(to, error)));
      return response;
    } catch (error) {
      // What was refused must not be done by a contact that hears of it later.
      over.abort();
      signal.throwIfAborted();
      throw error;
    }
  }

  /** A phone that answers 200 to whatever it does not know must not hide that another has refused. */
  #tellRefusal(to: Peer, error: unknown): void {
    if (!(error instanceof RequestRefused) || isSilence(error)) return;
    const { log, user } = this.#options;
    log(`${user} has done what was asked, but its contact ${peerText(to)} has refused it: ${error.message}`);
  }

  #relink(why: string): void {
    const reached = this.reachable.length > 0;
    if (reached && this.link.aborted) this.#link = new AbortController();
    else if (!reached && !this.link.aborted) this.#link.abort(unreachable(why));
  }
}

function brokenLink(why: string): AbortController {
  const link = new AbortController();
  link.abort(unreachable(why));
  return link;
}

function unreachable(why: string): PhoneError {
  return new PhoneError("INVALPHONESTATE", `The phone cannot be reached: it ${why}`);
}

function address({ user, realm, name }: { user: string; realm: string; name?: string }): Address {
  return {
    ...name !== undefined && { name },
    uri: { scheme: "sip", user, host: realm, params: [] },
    params: [],
  };
}
