/**
 * The NOTIFY requests of one subscription (RFC 6665 section 4.2.2).
 *
 * @module
 */
import { type AgentContext, contact, type Dialog, exchangeInside } from "../dialog/mod.ts";
import type { Credentials } from "../digest/mod.ts";
import type { Header, SipResponse } from "../message/mod.ts";
import { DIALOG_INFO } from "./dialog_info.ts";
import { MESSAGE_SUMMARY } from "./message_summary.ts";
import type { EventPackage, NotifyBody } from "./subscription.ts";

/** What the packages that we notify write. */
export const BODY_TYPES: Readonly<Record<EventPackage, string>> = {
  "message-summary": MESSAGE_SUMMARY,
  dialog: DIALOG_INFO,
};

/** What all NOTIFYs of a subscription have in common. */
export interface NotifierOptions {
  agent: AgentContext;
  dialog: Dialog;
  event: EventPackage;
  /** The Event header: the package, and the id that a NOTIFY repeats. */
  eventHeader: string;
  /** User part of what was subscribed to, as it is written. */
  user: string | undefined;
  credentials: Credentials | undefined;
}

/** Writes and sends them; in which order, others see to. */
export class Notifier {
  readonly #options: NotifierOptions;
  #version = 0;

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  /** Where the phone reaches us. */
  get contact(): Header {
    const { agent, dialog, user } = this.#options;
    return contact(agent, { peer: dialog.peer, user });
  }

  /** Writes the body of the next one. */
  write(body: NotifyBody): string {
    return typeof body === "string" ? body : body(this.#version++);
  }

  /**
   * Sends one.
   *
   * @param options What it says of the subscription, and what gives it up.
   * @returns The final answer, whatever its status.
   */
  async send(body: string, { state, signal }: { state: string; signal?: AbortSignal }): Promise<SipResponse> {
    const { response } = await exchangeInside(this.#options, {
      method: "NOTIFY",
      headers: [
        this.contact,
        ["Event", this.#options.eventHeader],
        ["Subscription-State", state],
        ["Content-Type", BODY_TYPES[this.#options.event]],
      ],
      body: new TextEncoder().encode(body),
      ...(signal ? { signal } : {}),
    });
    return response;
  }
}
