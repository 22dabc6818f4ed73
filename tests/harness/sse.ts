/**
 * Reads an application's event stream (api section 4), and holds it to its form.
 *
 * @module
 */
import { deadline } from "@std/async/deadline";
import type { PhoneEvent } from "../../server/core/contract/events.ts";

/** An event of one type. */
export type EventOf<Type extends PhoneEvent["type"]> = Extract<PhoneEvent, { type: Type }>;

/** An open event stream. The end of its block closes it. */
export interface EventStream extends AsyncDisposable {
  /** All events so far, in their order. */
  readonly seen: readonly PhoneEvent[];
  /** Comments so far: the signs of life. */
  readonly comments: readonly string[];
  /** Resolves when the stream has ended, from whichever side. */
  readonly ended: Promise<void>;
  /**
   * Waits for the next event of a type that also fulfils `where`; those before it are passed over and stay in `seen`.
   *
   * @throws {Error} If the stream ends before, or nothing fits for 30 s; the message tells what came instead.
   */
  next<Type extends PhoneEvent["type"]>(type: Type, where?: (event: EventOf<Type>) => boolean): Promise<EventOf<Type>>;
}

/**
 * Opens the event stream of an application.
 *
 * @param server Where, and with which token.
 * @param application The application's id.
 * @param options After which event to begin.
 * @throws {Error} If the answer is not an event stream.
 */
export async function openEvents(
  server: { url: string; token: string },
  application: string,
  options: { lastEventId?: number } = {},
): Promise<EventStream> {
  const hangUp = new AbortController();
  const response = await fetch(`${server.url}/v1/applications/${application}/events`, {
    headers: {
      authorization: `Bearer ${server.token}`,
      ...(options.lastEventId === undefined ? {} : { "last-event-id": String(options.lastEventId) }),
    },
    signal: hangUp.signal,
  });
  if (!response.ok || !response.headers.get("content-type")?.startsWith("text/event-stream") || !response.body) {
    throw new Error(`Cannot open the event stream of ${application}: ${response.status} ${await response.text()}`);
  }

  const seen: PhoneEvent[] = [];
  const comments: string[] = [];
  let passed = 0;
  let news = Promise.withResolvers<void>();
  let fault: unknown;
  let open = true;
  const ended = (async () => {
    try {
      for await (const block of blocks(response.body!)) {
        if (block.startsWith(":")) comments.push(block.slice(1).trim());
        else seen.push(parse(block));
        news.resolve();
      }
    } catch (error) {
      if (!hangUp.signal.aborted) fault = error;
    }
    open = false;
    news.resolve();
  })();

  return {
    seen,
    comments,
    ended,
    async next<Type extends PhoneEvent["type"]>(type: Type, where: (event: EventOf<Type>) => boolean = () => true) {
      const fits = (event: PhoneEvent): event is EventOf<Type> => event.type === type && where(event as EventOf<Type>);
      const tell = (what: string) => `Waited for ${type}: ${what}; came ${JSON.stringify(seen)}`;
      for (;;) {
        while (passed < seen.length) {
          const event = seen[passed++]!;
          if (fits(event)) return event;
        }
        if (!open) throw new Error(tell("the stream has ended"), { cause: fault });
        news = Promise.withResolvers<void>();
        await deadline(news.promise, 30_000).catch((cause) => {
          throw new Error(tell("nothing fitted for 30 s"), { cause });
        });
      }
    },
    async [Symbol.asyncDispose]() {
      hangUp.abort();
      await ended;
    },
  };
}

/** The blocks between empty lines. */
async function* blocks(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n\n");
    rest = parts.pop()!;
    yield* parts;
  }
}

/** One event; a field that was not promised, or an `id` that is not the event's `seq`, is a fault. */
function parse(block: string): PhoneEvent {
  const fields = /^id: ?(?<id>\d+)\ndata: ?(?<data>.*)$/.exec(block)?.groups;
  if (!fields) throw new Error(`An event must be an id line and a data line, but is ${JSON.stringify(block)}`);
  const event: PhoneEvent = JSON.parse(fields.data!);
  if (event.seq !== Number(fields.id)) throw new Error(`An event's id must be its seq, but is ${block}`);
  return event;
}
