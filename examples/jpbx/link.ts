/**
 * The link of one station to the switch: a TCP connection that is made anew for as long as the plugin lives, and the
 * commands that go over it. Of phones it knows nothing.
 *
 * @module
 */
import { type Logger, pause, PhoneError, type PhoneErrorName, unlessAborted } from "switchroom/plugin";

/** Where the switch is, and whose events it is to send. */
export interface LinkOptions {
  host: string;
  port: number;
  extension: string;
  retrySeconds: number;
  /** Fulfilled when the next link of them all may be tried: a switch that is back is not run over. */
  pace: () => Promise<unknown>;
  log: Logger;
}

/** What a link tells of the switch. */
export interface LinkListener {
  /** It has logged on, or is down. */
  linked(up: boolean): void;
  /** An event came: its code, and what follows it. */
  heard(code: string, words: string[]): void;
}

/** A command that the switch has not answered. */
interface Asked extends PromiseWithResolvers<void> {
  code: string;
}

/** What a refusal means to whoever asked for the operation; the numbers are the manual's. */
const REFUSALS = new Map<string, [error: PhoneErrorName, words: string]>([
  ["0003", ["OPERATIONFAILED", "The switch does not take that value"]],
  ["0005", ["RESOURCEUNAVAIL", "No agent has logged on at the station"]],
  ["0007", ["INVALPHONESTATE", "The station takes no such command now, such as without a call"]],
  ["0008", ["INVALPHONESTATE", "The call is in no state for that"]],
]);

const LOGON_MS = 10_000;
/** The longest line is a display of 80 characters. */
const LONGEST_LINE = 1_024;
/** A switch that owes so many answers does not give them any more, or has left one out: it begins anew. */
const MOST_ASKED = 64;

export class Link {
  readonly #options: LinkOptions;
  #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>> | undefined;
  /** Ends the link, and says why. */
  #giveUp: ((why: Error) => void) | undefined;
  /** In the order in which they were sent, those that were given up too. */
  #asked: Asked[] = [];
  /** Why there is no link: told once, and not every half minute. */
  #why = "";

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** Links the station with the switch, again and again, for ever. */
  async keep(listener: LinkListener): Promise<never> {
    const { host, port, extension, retrySeconds, pace, log } = this.#options;
    for (;;) {
      await pace();
      await this.#session(listener).catch(({ message }: Error) => {
        if (message !== this.#why) log.warn(`Station ${extension} has no link to ${host}:${port}: ${message}`);
        this.#why = message;
      });
      await pause(retrySeconds * 1_000);
    }
  }

  /**
   * Sends a command of the station and waits until the switch has taken it.
   *
   * The switch says which command it answers, but not which one of several of a kind; so one that is given up keeps its
   * place, and its late answer is not taken for the next one's.
   *
   * @throws {PhoneError} If the switch refuses, or is gone before it has answered.
   * @throws The signal's reason.
   */
  ask(code: string, { value, signal }: { value?: number; signal: AbortSignal }): Promise<void> {
    const asked = { code, ...Promise.withResolvers<void>() };
    this.#asked.push(asked);
    if (this.#asked.length > MOST_ASKED) this.#giveUp?.(new Error(`it owes the answers to ${MOST_ASKED} commands`));
    const line = [code, this.#options.extension, ...value === undefined ? [] : [value]].join(";");
    // A line that cannot be sent is told by the reading side, which ends then.
    this.#writer?.write(new TextEncoder().encode(`${line}\r\n`)).catch(() => {});
    return unlessAborted(asked.promise, signal);
  }

  /** One connection, from its beginning to its end, which is what it throws. */
  async #session(listener: LinkListener): Promise<void> {
    const { host: hostname, port } = this.#options;
    using connection = await Deno.connect({ hostname, port });
    connection.setKeepAlive(true);
    this.#writer = connection.writable.getWriter();
    const { promise: givenUp, reject } = Promise.withResolvers<never>();
    this.#giveUp = reject;
    try {
      await Promise.all([
        givenUp,
        this.#listen(connection, listener),
        this.ask("LO", { signal: AbortSignal.timeout(LOGON_MS) }).then(() => {
          this.#why = "";
          listener.linked(true);
        }),
      ]);
    } finally {
      listener.linked(false);
      for (const { reject } of this.#asked.splice(0)) {
        reject(new PhoneError("OPERATIONFAILED", "The switch was gone before it had answered"));
      }
    }
  }

  async #listen(connection: Deno.TcpConn, listener: LinkListener): Promise<never> {
    let rest = "";
    for await (const text of connection.readable.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\r\n");
      rest = lines.pop() ?? "";
      if ([...lines, rest].some(({ length }) => length > LONGEST_LINE)) {
        throw new Error(`it sent a line of more than ${LONGEST_LINE} characters`);
      }
      for (const line of lines) this.#heard(line, listener);
    }
    throw new Error("it hung up");
  }

  #heard(line: string, listener: LinkListener): void {
    const [code = "", ...words] = line.split(";");
    if (code !== "ACK" && code !== "NAK") return listener.heard(code, words);
    const [of, extension, error = ""] = words;
    if (extension !== this.#options.extension) return;
    const first = this.#asked.findIndex((asked) => asked.code === of);
    const [asked] = first < 0 ? [] : this.#asked.splice(first, 1);
    if (code === "ACK") return asked?.resolve();
    const [name, meaning] = REFUSALS.get(error) ??
      ["OPERATIONFAILED" as const, `The switch refuses ${of}: error ${error}`];
    asked?.reject(new PhoneError(name, meaning));
  }
}
