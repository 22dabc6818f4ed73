/**
 * Applications that keep a server busy until it is gone, and write down what it acknowledged.
 *
 * @module
 */
import type { RequestRecord } from "../../server/core/contract/record.ts";
import { type Answer, api, type Call } from "../harness/api.ts";
import { type EventStream, openEvents } from "../harness/sse.ts";
import type { Random } from "../simulation/random.ts";
import { type AcknowledgedFact, type Book, now } from "./book.ts";
import { anyOperation } from "./operations.ts";

/** Options of {@linkcode loadUntil}. */
export interface LoadOptions {
  server: { url: string; token: string };
  random: Random;
  /** Where acknowledgements are written down. */
  book: Book;
  /** How many applications there are at once. */
  applications: number;
  /** Called after each acknowledgement of a request. */
  onAcknowledged?(): void;
}

const PHONES = ["virtual:desk-1", "virtual:mini-1"];

/** Refusals that are right: a forced close took the handle, somebody else owns the phone, the small phone cannot, the disk is behind. */
const REFUSALS = [404, 409, 501, 503];

/**
 * Lets applications work until `gone` is aborted, which must come before the server is killed.
 *
 * @throws {Error} If a call fails, or is answered as it must not be, while the server is there.
 */
export async function loadUntil(gone: AbortSignal, options: LoadOptions): Promise<void> {
  await Promise.all(Array.from({ length: options.applications }, async () => {
    while (!gone.aborted) {
      try {
        await new Application(options).live(gone);
      } catch (error) {
        if (!gone.aborted) throw error;
      }
    }
  }));
}

/** One application, from its beginning to its end. */
class Application {
  readonly #call: Call;
  readonly #options: LoadOptions;
  readonly #late: Promise<unknown>[] = [];

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#call = api(options.server);
  }

  async live(gone: AbortSignal): Promise<void> {
    const { random, server } = this.#options;
    const begun = await this.#ask<{ application: string }>("POST", "/v1/applications", { body: { name: "crash" } });
    if (!begun) return;
    const { application } = begun;
    this.#fact("applicationStarted", application);
    await using events = await openEvents(server, application);
    this.#lookAtLater(this.#listen(events));
    try {
      for (let phones = 1 + random.below(3); phones > 0 && !gone.aborted; phones--) await this.#usePhone(application);
      if (await this.#ask("DELETE", `/v1/applications/${application}`)) this.#fact("applicationEnded", application);
    } finally {
      await events[Symbol.asyncDispose]();
      await Promise.allSettled(this.#late);
    }
    await Promise.all(this.#late);
  }

  /** What nobody waits for now may fail; it is told when the application has ended. */
  #lookAtLater(running: Promise<unknown>): void {
    running.catch(() => {});
    this.#late.push(running);
  }

  /** Writes down the ends that are told, until the stream has ended. */
  async #listen(events: EventStream): Promise<void> {
    try {
      for (;;) {
        const { requestId, outcome, result } = await events.next("PHONE_REPLY");
        this.#options.book.ends.push({ at: now(), requestId, outcome, result });
      }
    } catch (error) {
      // The end of the stream; its cause is an event that was not as promised, or the end of the server.
      if (error instanceof Error && error.cause) throw error;
    }
  }

  async #usePhone(application: string): Promise<void> {
    const { random } = this.#options;
    const privilege = random.once(3) ? "monitor" : "owner";
    const path = `/v1/applications/${application}/handles`;
    const opened = await this.#ask<{ handle: string }>("POST", path, {
      body: { phone: random.pick(PHONES), privilege },
    });
    if (!opened) return;
    const { handle } = opened;
    this.#fact("handleOpened", handle);
    for (let rounds = random.below(4); rounds > 0; rounds--) {
      const requests = Array.from({ length: 1 + random.below(8) }, () => this.#request(handle, privilege));
      const answered = Promise.all(requests);
      // Some are still on their way when the handle is closed.
      if (random.once(4)) this.#lookAtLater(answered);
      else await answered;
    }
    if (random.once(4)) return; // The shutdown closes it.
    const closed = await this.#ask<{ lastHandle: boolean }>("DELETE", `/v1/handles/${handle}`);
    if (closed) this.#fact("handleClosed", handle, closed);
  }

  async #request(handle: string, privilege: "owner" | "monitor"): Promise<void> {
    const { random, book } = this.#options;
    const { operation, params } = anyOperation(random, privilege);
    const reference = crypto.randomUUID();
    const headers = random.once(2) ? { prefer: `wait=${1 + random.below(3)}` } : {};
    const body = { operation, ...params, reference };
    const answer = await this.#ask<RequestRecord>("POST", `/v1/handles/${handle}/requests`, {
      body,
      headers,
    });
    if (!answer) return;
    const at = now();
    const { requestId, outcome, result } = answer;
    book.requests.set(requestId, { at, requestId, handle, operation, params, reference });
    this.#options.onAcknowledged?.();
    // A 202 has neither.
    if (outcome) book.ends.push({ at, requestId, outcome, result });
  }

  #fact(type: AcknowledgedFact["type"], id: string, { lastHandle }: { lastHandle?: boolean } = {}): void {
    this.#options.book.facts.push({ at: now(), type, id, ...lastHandle && { lastHandle } });
  }

  /** What was answered; undefined for a refusal that is right. */
  async #ask<Body>(
    method: string,
    path: string,
    { body, headers = {} }: { body?: object; headers?: Record<string, string> } = {},
  ): Promise<Body | undefined> {
    const answer: Answer<Body> = await this.#call<Body>(method, path, { ...body && { body }, headers });
    if (answer.status < 300) return answer.body ?? {} as Body;
    if (REFUSALS.includes(answer.status)) return undefined;
    throw new Error(`${method} ${path} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  }
}
