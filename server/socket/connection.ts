/**
 * One socket: what comes in, what goes out, and how it ends.
 *
 * @module
 */
import type { Token, TokenEnd } from "../access/mod.ts";
import { INTERNAL_PROBLEM, noteRefusal, problemOf, rpcErrorOf } from "../api/mod.ts";
import { SOCKET_CLOSES } from "../core/contract/socket.ts";
import type { EventStream, OpenHandle } from "../core/mod.ts";
import { type Answer, batchTextOf, textOf } from "./answer.ts";
import type { CallsUnderWay } from "./calls_under_way.ts";
import { Conversation } from "./conversation.ts";
import { type Message, readMessages } from "./message.ts";
import { METHODS } from "./methods.ts";
import { type CloseReason, Outbox, pumpEvents } from "./outbox.ts";
import { SOCKET_PATH, type SocketPorts } from "./ports.ts";

/** What a connection is made of. */
export interface ConnectionOptions {
  readonly ports: SocketPorts;
  /** Calls of every socket. */
  readonly underWay: CallsUnderWay;
  /** Who opened the socket. */
  readonly token: Token;
  /** From where. */
  readonly address: string;
}

/** Answers each message of its client, in whatever order answers come, until either side closes it. */
export class Connection {
  readonly #socket: WebSocket;
  readonly #options: ConnectionOptions;
  readonly #outbox: Outbox;
  readonly #conversation: Conversation;
  readonly #closed = Promise.withResolvers<void>();
  /** Messages that are not answered yet. */
  #unanswered = 0;
  #onAnswered = () => {};
  /** Nothing more is read from it. */
  #left = false;

  /** Takes over a socket that is being opened. */
  constructor(socket: WebSocket, options: ConnectionOptions) {
    const { ports } = options;
    this.#socket = socket;
    this.#options = options;
    this.#outbox = new Outbox(socket, {
      clock: ports.clock,
      limit: ports.bounds.socketBytes,
      overflow: () => this.#cut("tooSlow"),
    });
    this.#conversation = new Conversation({ ...options, onEvents: (events) => void this.#tell(events) });
    socket.onmessage = ({ data }) => this.#receive(data);
    // A client that hangs up before the socket is open is told of by an error alone.
    socket.onclose = socket.onerror = () => this.#end();
  }

  /** Resolves when the socket is closed. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** Cuts the client off if it has read nothing since the last time, though something waited for it. */
  cutIfStuck(): void {
    if (this.#outbox.stuck()) this.#cut("tooSlow");
  }

  /**
   * The server stops, or the token is void: a socket with an application is closed when that has ended, any other now.
   * So is one whose secret alone is void: its application goes on, and can be resumed by the new secret.
   */
  stop(reason: "stopping" | TokenEnd): void {
    if (reason === "rotated" || this.#conversation.application === undefined) this.#close(reason);
  }

  /** The login that opened the socket has been ended: its application is as after any lost socket. */
  logOut(): void {
    this.#close("loggedOut");
  }

  /** The server has stopped: nothing is waited for any more. */
  abandon(): void {
    this.#end();
    this.#socket.close(SOCKET_CLOSES.stopping.code, SOCKET_CLOSES.stopping.reason);
  }

  #receive(data: unknown): void {
    if (this.#left) return;
    const { bounds } = this.#options.ports;
    if (typeof data !== "string") return this.#close("notText");
    if (isLarger(data, bounds.bodyBytes)) return this.#close("tooLarge");
    const messages = readMessages(data, bounds);
    this.#unanswered++;
    const served = Array.isArray(messages) ? this.#answerBatch(messages) : this.#answerOne(messages);
    // What nobody has foreseen costs this socket and not the server.
    served.catch((error) => {
      this.#options.ports.report(error, SOCKET_PATH);
      this.#cut("fault");
    });
  }

  async #answerOne(message: Message): Promise<void> {
    const answer = await this.#answer(message);
    this.#handOut([answer], () => textOf(answer));
  }

  async #answerBatch(messages: Message[]): Promise<void> {
    const answers = await Promise.all(messages.map((message) => this.#answer(message)));
    this.#handOut(answers, () => batchTextOf(answers, this.#options.ports.bounds.socketBytes));
  }

  /** Sends the text of answers. Replies and events may follow them from here on (R33). */
  #handOut(answers: Answer[], textOf: () => string | undefined): void {
    try {
      const text = this.#left ? undefined : textOf();
      if (text !== undefined) this.#outbox.send(text);
    } finally {
      for (const answer of answers) answer.handedOut?.();
      if (--this.#unanswered === 0) this.#onAnswered();
    }
  }

  /**
   * Serves one message; never rejects. What it asks of the core is asked before it returns, so that calls keep their
   * order.
   */
  async #answer(message: Message): Promise<Answer> {
    if ("refusal" in message) {
      this.#note(message.refusal, { method: "" });
      return { id: message.id, method: "", outcome: { error: rpcErrorOf(message.refusal) } };
    }
    const { id, method } = message;
    const call: { handle?: OpenHandle } = {};
    try {
      const { result, ...rest } = await this.#conversation.serve(message, call);
      return { id, method, outcome: { result }, ...rest };
    } catch (error) {
      this.#note(error, { method, params: message.params, ...call });
      return { id, method, outcome: { error: rpcErrorOf(error) } };
    }
  }

  #note(
    error: unknown,
    { method, params, handle }: { method: string; params?: object; handle?: OpenHandle },
  ): void {
    const { ports, token, address } = this.#options;
    const { application } = this.#conversation;
    const problem = problemOf(error) ?? INTERNAL_PROBLEM;
    // What is no method may be anything.
    const word = METHODS.has(method) ? method : "other";
    if (problem === INTERNAL_PROBLEM) {
      ports.report(error, `${SOCKET_PATH} ${word}`);
    }
    noteRefusal(problem, {
      call: {
        token,
        address,
        application,
        handle,
        method: word,
        path: SOCKET_PATH,
        given: [params],
      },
      ports,
    });
  }

  /** Sends the events of the application until there are no more, and closes the socket for the reason of that. */
  async #tell(events: EventStream): Promise<void> {
    await pumpEvents(events, this.#outbox);
    if (events.ended === "cancelled") return;
    if (events.ended === "behind") return this.#cut("tooSlow");
    if (events.ended === "replaced") return this.#close("resumedElsewhere");
    const { lifecycle, tokens } = this.#options.ports;
    const tokenEnd = tokens.endOf(this.#options.token);
    if (tokenEnd !== undefined) return this.#close(tokenEnd);
    // Its own phoneShutdown is still to be answered, and calls that its end has refused.
    if (this.#unanswered > 0) await new Promise<void>((resolve) => this.#onAnswered = resolve);
    this.#close(lifecycle.condition.stopping ? "stopping" : "done");
  }

  /** Closes the socket after what waits for its client. */
  #close(reason: CloseReason): void {
    this.#leave();
    this.#outbox.close(reason);
  }

  /** Closes the socket, and drops what waits for its client. */
  #cut(reason: CloseReason): void {
    this.#leave();
    this.#outbox.cut(reason);
  }

  #leave(): void {
    this.#left = true;
    this.#conversation.leave();
  }

  #end(): void {
    this.#leave();
    this.#outbox.discard();
    this.#closed.resolve();
  }
}

/** Whether a text has more bytes than `limit` in UTF-8. */
function isLarger(text: string, limit: number): boolean {
  // No character has more than three bytes for each of its units, so most texts need not be counted.
  return text.length > limit || (text.length * 3 > limit && new TextEncoder().encode(text).length > limit);
}
