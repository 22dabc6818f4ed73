/**
 * Changing an answered call: its sound, its address and its timer (RFC 3261 14, RFC 3264 8, RFC 3311, RFC 4028).
 *
 * @module
 */
import {
  type AgentContext,
  contact,
  type Dialog,
  endsDialog,
  exchange,
  type Exchanged,
  isSuccess,
  messageOf,
  refreshTarget,
  reply,
  RequestRefused,
} from "../dialog/mod.ts";
import type { Credentials } from "../digest/mod.ts";
import { type MediaSession, UnusableDescription } from "../media/mod.ts";
import type { Header, SipRequest, SipResponse } from "../message/mod.ts";
import { pause, SerialQueue } from "../tools/mod.ts";
import type { ServerTransaction } from "../transaction/mod.ts";
import { ALLOW, type CallEnd } from "./call.ts";
import { answerOffer, AwaitedAnswer, described, type Description, descriptionOf, takeAnswer } from "./offer_answer.ts";
import {
  agreedTimer,
  answerTimer,
  leastTimer,
  type SessionInterval,
  SessionTimer,
  timerHeaders,
} from "./session_timer.ts";

/** What an answered call is made of. */
export interface SessionOptions {
  agent: AgentContext;
  dialog: Dialog;
  media: MediaSession;
  /** The user part of our Contact. */
  user: string | undefined;
  credentials: Credentials | undefined;
  /** Whether the Call-ID is ours; it decides who waits longer after a glare (RFC 3261 14.1). */
  ours: boolean;
}

/** What every request and answer that may change the session says of us. */
export function selfHeaders({ agent, dialog, user }: SessionOptions): Header[] {
  return [contact(agent, { peer: dialog.peer, user }), ["Allow", ALLOW]];
}

/** What the re-INVITEs of a call are made of. */
export interface ReinvitesOptions extends SessionOptions {
  /** Aborted when the call is over. */
  over: AbortSignal;
  /** Ends the call by BYE. */
  leave(end: CallEnd): void;
}

/** How often a re-INVITE is tried that crosses one of the phone's. */
const MOST_GLARES = 5;
const NO_ACK: CallEnd = { by: "network", status: 408, reason: "Request Timeout: no ACK came" };

/**
 * The offers of one answered call, ours and the phone's. Only one is open at a time; what crosses it is refused by 491.
 */
export class Reinvites {
  readonly #options: ReinvitesOptions;
  readonly #timer: SessionTimer;
  readonly #ours = new SerialQueue();
  /** A re-INVITE of ours is under way. */
  #pending = false;
  /** INVITEs of both sides that are not done with. */
  readonly #underWay = new Set<Pick<ServerTransaction, "rest">>();
  /** A 2xx of ours holds an offer, which the ACK is to answer. */
  #awaitsAnswer = false;

  constructor(options: ReinvitesOptions) {
    this.#options = options;
    this.#timer = new SessionTimer({
      clock: options.agent.clock,
      refresh: () => this.#refresh(),
      expire: () =>
        options.leave({ by: "network", status: 408, reason: "Request Timeout: the session was not refreshed" }),
    });
  }

  /** Holds the phone, or resumes. What the phone refuses stays as it was. */
  async hold(on: boolean): Promise<void> {
    const { media } = this.#options;
    await this.#ours.add(async () => {
      const before = media.held;
      media.held = on;
      try {
        await this.#offer();
      } catch (error) {
        media.held = before;
        throw error;
      }
    });
  }

  /**
   * Answers an INVITE or UPDATE of the phone; the INVITE that began the call too.
   *
   * @returns The status of the answer.
   */
  receive(transaction: ServerTransaction, options: { toTag?: string } = {}): number {
    const { agent, dialog, media } = this.#options;
    const { request, from } = transaction;
    const invites = request.method === "INVITE";
    const description = descriptionOf(request);
    const offers = invites || description !== undefined;
    const refuse = ({ status, ...said }: { status: number; reason?: string; headers?: Header[] }): number => {
      reply(agent, { transaction, status, ...said, ...options });
      return status;
    };
    if (offers && (this.#pending || this.#awaitsAnswer)) return refuse({ status: 491 });
    const timer = answerTimer(request);
    if (timer.tooSmall) return refuse({ status: 422, headers: timer.headers });
    const sound = offers ? answerOffer(request, { description, media }) : { headers: [] };
    if ("refuse" in sound) return refuse(sound.refuse);
    refreshTarget(agent, { dialog, message: request, from });
    this.#timer.set(timer.interval);
    this.#awaitsAnswer = invites && description === undefined;
    const headers = [...selfHeaders(this.#options), ...timer.headers, ...sound.headers];
    reply(agent, { transaction, status: 200, ...sound, headers, ...options });
    this.#underWay.add(transaction);
    transaction.acknowledged.catch(() => this.#options.leave(NO_ACK)).finally(() => this.#underWay.delete(transaction));
    return 200;
  }

  /** Takes the ACK of a 2xx of ours: it answers the offer in it. */
  receiveAck(ack: SipRequest): void {
    if (!this.#awaitsAnswer) return;
    this.#awaitsAnswer = false;
    try {
      takeAnswer(descriptionOf(ack), this.#options.media);
    } catch (error) {
      this.#options.leave({ by: "us", status: 488, reason: messageOf(error) });
    }
  }

  /** The call is ending: the timer stops, and of INVITEs nothing is repeated any more. */
  stop(): void {
    this.#timer.stop();
    for (const transaction of this.#underWay) transaction.rest();
  }

  #refresh(): void {
    this.#ours.add(() => this.#offer()).catch((error) => {
      this.#options.agent.log(`Could not refresh a session: ${messageOf(error)}`);
    });
  }

  async #offer(): Promise<void> {
    const { agent: { clock }, over, ours } = this.#options;
    for (let glares = 1;; glares++) {
      over.throwIfAborted();
      const response = await this.#negotiate();
      if (isSuccess(response)) return;
      if (response.status !== 491 || glares === MOST_GLARES) throw new RequestRefused(response);
      // 14.1: the owner of the Call-ID waits longer, so that the two do not meet again.
      await pause(ours ? 2100 + 10 * random(190) : 10 * random(200), { clock, signal: over });
    }
  }

  /** Sends a re-INVITE; once more where the phone wants a longer session. */
  async #negotiate(): Promise<SipResponse> {
    const { interval } = this.#timer;
    const response = await this.#invite(interval);
    const least = response.status === 422 ? leastTimer(response) : undefined;
    if (!interval || least === undefined) return response;
    return await this.#invite({ ...interval, seconds: Math.max(least, interval.seconds) });
  }

  async #invite(interval: SessionInterval | undefined): Promise<SipResponse> {
    const { agent, dialog, media, credentials } = this.#options;
    const { body, headers } = described(media.offer());
    const said = [["User-Agent", agent.product] as const, ...headers, ...(interval ? timerHeaders(interval) : [])];
    const answer = new AwaitedAnswer();
    this.#pending = true;
    try {
      const exchanged = await exchange({
        credentials,
        build: (authorization) =>
          dialog.request("INVITE", { body, headers: [...selfHeaders(this.#options), ...said, ...authorization] }),
        send: (request) => {
          const transaction = agent.endpoint.invite(request, {
            to: dialog.peer,
            onProvisional: (response) => answer.hear(response),
          });
          this.#underWay.add(transaction);
          return transaction.final.finally(() => this.#underWay.delete(transaction));
        },
      });
      const { response } = exchanged;
      if (isSuccess(response)) this.#take(exchanged, answer.of(response));
      else if (endsDialog(response)) this.#lose(response);
      return response;
    } catch (error) {
      if (error instanceof RequestRefused && endsDialog(error)) this.#lose(error);
      throw error;
    } finally {
      this.#pending = false;
    }
  }

  #take({ request, response }: Exchanged, answer: Description): void {
    const { agent, dialog, media } = this.#options;
    refreshTarget(agent, { dialog, message: response });
    agent.endpoint.acknowledge(dialog.acknowledgement(request), dialog.peer);
    this.#timer.set(agreedTimer(response));
    try {
      takeAnswer(answer, media);
    } catch (error) {
      if (!(error instanceof UnusableDescription)) throw error;
      throw new RequestRefused({ status: 488, reason: error.message });
    }
  }

  #lose({ status, reason }: { status: number; reason: string }): void {
    this.#options.leave({ by: "network", status, reason });
  }
}

function random(below: number): number {
  return Math.floor(Math.random() * below);
}
