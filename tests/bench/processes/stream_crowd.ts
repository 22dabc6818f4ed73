/**
 * Applications that read their events as `text/event-stream`, are cut off, and take them up again with `Last-Event-ID`.
 *
 * What they hear is what one more application makes their phone say: each of its requests is an event for every one of them.
 *
 * @module
 */
import type { z } from "zod";
import { api } from "../../harness/api.ts";
import { Resumption, type ResumptionResult } from "../questions.ts";
import { answerLines } from "./answer_lines.ts";

const AT_ONCE = 32;
const SEQ = /^id: (\d+)$/gm;

/** One application's events, across as many streams as it takes. */
class Reader {
  readonly #stream: { url: string; token: string };
  #body: ReadableStreamDefaultReader<string> | undefined;
  #ended = Promise.resolve();
  #last = 0;
  #awaited: { seq: number; resolve(): void } | undefined;
  /** How many came. */
  came = 0;
  /** How many came otherwise than right behind the one before. */
  misplaced = 0;

  /** @param stream Where its events are, and the token. */
  constructor(stream: { url: string; token: string }) {
    this.#stream = stream;
  }

  /** Opens the stream, behind what it has. */
  async open(): Promise<void> {
    const { url, token } = this.#stream;
    const resuming = this.#last > 0 && { "last-event-id": String(this.#last) };
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}`, ...resuming } });
    if (!response.ok || !response.body) throw new Error(`Cannot open a stream: ${response.status}`);
    this.#body = response.body.pipeThrough(new TextDecoderStream()).getReader();
    this.#ended = this.#read(this.#body);
  }

  /** Cuts the stream off. */
  async cut(): Promise<void> {
    await this.#body?.cancel();
    await this.#ended;
  }

  /** Waits until it has the event of that number. */
  until(seq: number): Promise<void> {
    return new Promise((resolve) => {
      this.#awaited = { seq, resolve };
      this.#look();
    });
  }

  async #read(body: ReadableStreamDefaultReader<string>): Promise<void> {
    let rest = "";
    for (;;) {
      const { value, done } = await body.read();
      if (done) return;
      const end = (rest += value).lastIndexOf("\n\n");
      if (end < 0) continue;
      for (const [, id] of rest.slice(0, end).matchAll(SEQ)) {
        const seq = Number(id);
        if (seq !== this.#last + 1) this.misplaced++;
        this.#last = seq;
        this.came++;
      }
      rest = rest.slice(end + 2);
      this.#look();
    }
  }

  #look(): void {
    if (this.#awaited === undefined || this.#last < this.#awaited.seq) return;
    this.#awaited.resolve();
    this.#awaited = undefined;
  }
}

async function resume(
  { url, token, phone, streams, events }: z.infer<typeof Resumption>,
): Promise<ResumptionResult> {
  const call = api({ url, token });
  const post = async (path: string, body: object) => {
    const answer = await call("POST", path, { body });
    if (answer.status !== 201) throw new Error(`Cannot gather: ${path} is ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const begin = async (name: string, privilege: string) => {
    const { application } = await post("/v1/applications", { name, leaseSeconds: 300 });
    const { handle } = await post(`/v1/applications/${application}/handles`, { phone, privilege });
    return { application, handle };
  };
  const speaker = await begin("Speaker", "owner");
  const speak = async () => {
    const { status, body } = await call("POST", `/v1/handles/${speaker.handle}/requests`, {
      body: { operation: "devSpecific", params: btoa("event") },
      headers: { prefer: "wait=10" },
    });
    if (status !== 200) throw new Error(`The phone cannot be made to speak: ${JSON.stringify(body)}`);
  };

  const readers: Reader[] = [];
  await all(Array.from({ length: streams }, (_, number) => number), async (number) => {
    const { application } = await begin(`Listener ${number}`, "monitor");
    const reader = new Reader({ url: `${url}/v1/applications/${application}/events`, token });
    await reader.open();
    readers.push(reader);
  });
  // With each event some are cut off, so that the last event is not the same for all.
  const cuts: Promise<void>[] = [];
  for (let event = 0; event < events; event++) {
    await speak();
    for (let number = event; number < streams; number += events) cuts.push(readers[number]!.cut());
  }
  await Promise.all(cuts);
  const before = sum(readers, "came");
  for (let event = 0; event < events; event++) await speak();

  const since = performance.now();
  const caughtUp = readers.map((reader) => reader.until(2 * events));
  await Promise.all([...readers.map((reader) => reader.open()), ...caughtUp]);
  const ms = performance.now() - since;
  const came = sum(readers, "came");
  await Promise.all(readers.map((reader) => reader.cut()));
  return { ms, caughtUp: came - before, missed: 2 * events * streams - came + sum(readers, "misplaced") };
}

function sum(readers: Reader[], of: "came" | "misplaced"): number {
  return readers.reduce((sum, reader) => sum + reader[of], 0);
}

async function all<Item>(items: Item[], run: (item: Item) => Promise<void>): Promise<void> {
  const left = items.values();
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (const item of left) await run(item);
  }));
}

await answerLines((question) => resume(Resumption.parse(question)));
