/**
 * The conversation of one socket: the application that it is, and its calls.
 *
 * The application's lease is held while the socket is open. Deno pings a quiet client and closes the socket when no
 * pong comes, but shows pongs to nobody: an open socket is all there is to see of them. When the socket is lost or
 * closed, the lease begins to run.
 *
 * @module
 */
import { requireScope, requireValid, type Token } from "../access/mod.ts";
import { beginApplication, Refusal, startedApplication } from "../api/mod.ts";
import { PhoneError } from "../core/contract/errors.ts";
import { quoted } from "../core/contract/quoted.ts";
import type { EventStream, OpenApplication } from "../core/mod.ts";
import type { CallsUnderWay } from "./calls_under_way.ts";
import type { RpcCall } from "./message.ts";
import type { ApplicationMethod, Beginner, MethodAnswer, MethodCall } from "./method.ts";
import { METHODS } from "./methods.ts";
import type { SocketPorts } from "./ports.ts";

/** What a conversation needs. */
export interface ConversationOptions {
  readonly ports: SocketPorts;
  /** Those of lost sockets too. */
  readonly underWay: CallsUnderWay;
  /** Who opened the socket. */
  readonly token: Token;
  /** From where. */
  readonly address: string;
  /** Takes the application's events, once the answer that it has begun has been handed out. */
  readonly onEvents: (events: EventStream) => void;
}

/**
 * Calls of one socket that wait for an answer, and beside them those that wait for a request to end. Requests that are
 * not waited for are not counted: the core bounds those.
 */
const MOST_CALLS = 1_024;

/** The application of one socket: none, until `phoneInitializeEx` or `resume`. */
export class Conversation implements Beginner {
  readonly #options: ConversationOptions;
  #application: OpenApplication | undefined;
  #events: EventStream | undefined;
  #releaseLease = () => {};
  /** Resolves when the application that is being begun is there, or is not. */
  #beginning: Promise<void> | undefined;
  #calls = 0;
  #waits = 0;
  /** Calls that wait for the application to begin, and how long they are. */
  #early = { calls: 0, length: 0 };
  #left = false;

  /** Begins without an application. */
  constructor(options: ConversationOptions) {
    this.#options = options;
  }

  /** The application, once there is one. */
  get application(): OpenApplication | undefined {
    return this.#application;
  }

  /**
   * Does what a call asks.
   *
   * @param call Its `handle` is filled in as soon as it is known.
   */
  async serve(
    { method: name, params, length, isBatched }: RpcCall,
    call: Pick<MethodCall, "handle">,
  ): Promise<MethodAnswer> {
    const { token, address, ports } = this.#options;
    ports.noteUse(token);
    ports.rateLimit(token);
    const method = METHODS.get(name);
    if (method === undefined) throw new Refusal("unknown-method", `There is no method ${quoted(name)}`);
    if (method.kind === "socket") {
      if (method.scope !== undefined) requireScope(token, method.scope);
      if (method.begins) this.#requireNone();
      return await method.serve(params, this);
    }
    if (this.#beginning !== undefined) await this.#begun(this.#beginning, length);
    requireScope(token, method.scope);
    if (this.#application === undefined) {
      throw new PhoneError("UNINITIALIZED", "The socket has no application: call phoneInitializeEx or resume first");
    }
    const asked: MethodCall = Object.assign(call, {
      params,
      token,
      address,
      ports,
      application: this.#application,
      beginWait: () => this.#beginWait({ isBatched }),
    });
    return method.isRequest ? await method.serve(asked) : await this.#bounded(asked, method);
  }

  /** Begins one; none is there or on its way. */
  async initialize(asked: { name: string; leaseSeconds?: number }): Promise<MethodAnswer> {
    const { ports, token, address } = this.#options;
    const begun = Promise.withResolvers<void>();
    this.#beginning = begun.promise;
    try {
      const application = await beginApplication(ports, { token, address, asked });
      if (this.#left) {
        // Nobody has learnt of it, so nobody could resume it.
        application.shutdown().catch(() => {});
        throw new Refusal("invalid-message", "The socket was closed before the application had begun");
      }
      const events = application.events();
      this.#hold(application, events);
      this.#application = application;
      return {
        result: startedApplication(application, { token, ports }),
        handedOut: () => this.#options.onEvents(events),
      };
    } finally {
      this.#beginning = undefined;
      begun.resolve();
    }
  }

  /** Takes up one whose socket was lost, as {@linkcode initialize} begins one. */
  async resume({ application: id, ...from }: { application: string; lastEvent?: number }): Promise<MethodAnswer> {
    const { ports, token, address, underWay } = this.#options;
    const { applications, tokens } = ports;
    requireValid(token, tokens);
    const application = applications.application(id, { token: token.id, address });
    const events = application.events(from);
    this.#hold(application, events);
    const begun = Promise.withResolvers<void>();
    this.#beginning = begun.promise;
    try {
      // What the lost socket was doing decides which handles there are: an opening whose answer was lost would be asked
      // again.
      await underWay.ended(id);
      const { handles } = application;
      this.#application = application;
      return {
        result: { ...startedApplication(application, { token, ports }), handles },
        handedOut: () => this.#options.onEvents(events),
      };
    } catch (error) {
      // The application has ended meanwhile; the socket is as if it had not been asked to resume it.
      this.#letGo();
      throw error;
    } finally {
      this.#beginning = undefined;
      begun.resolve();
    }
  }

  /** The socket is no more: the lease begins to run, and nothing is read of the events. */
  leave(): void {
    this.#left = true;
    this.#letGo();
  }

  /**
   * What was sent right behind `phoneInitializeEx` or `resume` is meant for the application that it begins, and held
   * here until then.
   */
  async #begun(beginning: Promise<void>, length: number): Promise<void> {
    const early = this.#early;
    if (early.calls >= MOST_CALLS || early.length >= this.#options.ports.bounds.socketBytes) {
      throw new Refusal(
        "too-many",
        "Too much was sent before the application had begun; wait for the answer that it has",
      );
    }
    early.calls++;
    early.length += length;
    try {
      await beginning;
    } finally {
      early.calls--;
      early.length -= length;
    }
  }

  async #bounded(call: MethodCall, method: ApplicationMethod): Promise<MethodAnswer> {
    if (this.#calls >= MOST_CALLS) {
      throw new Refusal("too-many", `${MOST_CALLS} calls of this socket wait for an answer; ask again after one`);
    }
    this.#calls++;
    try {
      const answer = method.serve(call);
      this.#options.underWay.add(call.application.id, answer);
      return await answer;
    } finally {
      this.#calls--;
    }
  }

  #beginWait({ isBatched }: Pick<RpcCall, "isBatched">): () => void {
    if (isBatched) {
      throw new Refusal(
        "bad-request",
        "params.return cannot stand in a batch, whose answers wait for one another: send the call by itself",
      );
    }
    // One request can be waited for as often as its key is used again.
    if (this.#waits >= MOST_CALLS) {
      throw new Refusal("too-many", `${MOST_CALLS} calls of this socket wait for requests to end; ask again after one`);
    }
    this.#waits++;
    return () => this.#waits--;
  }

  #requireNone(): void {
    if (this.#application === undefined && this.#beginning === undefined) return;
    throw new Refusal(
      "invalid-message",
      "One socket is one application, and this one has its own: open another socket",
    );
  }

  /** Takes over the events of an application, and keeps its lease from running. */
  #hold(application: OpenApplication, events: EventStream): void {
    this.#events = events;
    this.#releaseLease = application.hold();
  }

  #letGo(): void {
    this.#events?.cancel();
    this.#releaseLease();
    this.#releaseLease = () => {};
  }
}
