/**
 * Holds the table at the head of `close.ts`: each row is played, and what is seen must be what its cells say.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import type { PhoneEvent } from "../../server/core/contract/events.ts";
import type { OpenHandle } from "../../server/core/mod.ts";
import { Fixture, follow } from "./fixture.ts";

const FAILED = -1879048164;

/** How a close is brought about, by the first cell of its row; `others` is whether somebody else holds the phone. */
const CLOSES: Record<string, { others: boolean; close(fixture: Fixture, handle: OpenHandle): Promise<unknown> }> = {
  "by the application, others hold the phone": { others: true, close: (_fixture, handle) => handle.close() },
  "by the application, last handle": { others: false, close: (_fixture, handle) => handle.close() },
  "forced": {
    others: true,
    async close({ events }) {
      events.forceClosing("a");
      await Promise.resolve();
    },
  },
  "released by the operator, others hold the phone": {
    others: true,
    close: ({ core }, handle) => core.operator.handle(handle.id).release({ token: "t-operator" }),
  },
};

/** The rows of the table, its head and its line left out. */
async function rows(): Promise<string[][]> {
  const source = await Deno.readTextFile(new URL("../../server/core/close.ts", import.meta.url));
  const lines = source.split("\n").filter((line) => line.startsWith(" * |")).slice(2);
  return lines.map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

const hasClosed = (events: PhoneEvent[]) => events.some(({ type }) => type === "PHONE_CLOSE");

/** Plays a close with a request under way, and gives its row in the table's words. */
async function play(kind: string): Promise<string[]> {
  const { others, close } = CLOSES[kind]!;
  const fixture = new Fixture();
  const application = await fixture.application();
  const handle = await fixture.open(application);
  if (others) await fixture.open(await fixture.application("other"), { privilege: "monitor" });
  const events = follow(application);
  const id = await fixture.light(handle);
  const closing = Promise.withResolvers<void>();
  fixture.process.onClose = () => closing.promise;
  const seen = fixture.process.calls.length;
  let answered = false;
  const answer = close(fixture, handle).then(() => answered = true);
  await fixture.pass();
  const plugin = fixture.process.calls.slice(seen);
  const closesPhone = plugin.includes("close a") || kind === "forced";
  const atOnce = { answered, closed: hasClosed(events) };
  fixture.events.completed(id, { result: closesPhone ? FAILED : 0 });
  await fixture.pass();
  const afterReply = hasClosed(events);
  closing.resolve();
  fixture.events.forceClosed("a");
  await fixture.pass();
  await answer;
  const { outcome, reply } = fixture.row(id)!;
  equal(outcome, closesPhone ? "aborted" : "succeeded");
  equal(events.some(({ type }) => type === "PHONE_REPLY"), reply === "sent");
  const told = hasClosed(events)
    ? `gets PHONE_CLOSE after ${afterReply ? "the last reply" : "that"}`
    : atOnce.answered
    ? "is answered"
    : "is answered after that";
  equal(atOnce.closed, false, "PHONE_CLOSE before the request's reply");
  if (!closesPhone) deepEqual(plugin, []);
  return [
    kind,
    closesPhone ? "closes the phone" : "hears nothing",
    `${closesPhone ? "completed" : "stay active"}, ${reply === "sent" ? "replied" : "replies suppressed"}`,
    told,
  ];
}

Deno.test("the table of closes names every way in which a handle is closed", async () => {
  deepEqual((await rows()).map(([kind]) => kind), Object.keys(CLOSES));
});

for (const [kind = "", ...cells] of await rows()) {
  Deno.test(`R46-R53, R64-R67 the table of closes is what happens: ${kind}`, async () => {
    deepEqual(await play(kind), [kind, ...cells]);
  });
}
