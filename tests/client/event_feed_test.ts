import { deepEqual, equal, rejects } from "node:assert/strict";
import { EventFeed } from "../../server/client/event_feed.ts";

Deno.test("every reader gets what came since it began to read, in order", async () => {
  const feed = new EventFeed<number>();
  const first = feed.read();
  feed.publish(1);
  const second = feed.read({ only: (event) => event % 2 === 0 });
  feed.publish(2);
  feed.publish(3);
  feed.publish(4);
  feed.end();
  deepEqual(await Array.fromAsync(first), [1, 2, 3, 4]);
  deepEqual(await Array.fromAsync(second), [2, 4]);
  deepEqual(await Array.fromAsync(feed.read()), []);
});

Deno.test("a reader that is ended still reads what is there, one that is aborted does not", async () => {
  const feed = new EventFeed<number>();
  const [end, signal] = [new AbortController(), new AbortController()];
  const ended = feed.read({ end: end.signal });
  const aborted = feed.read({ signal: signal.signal });
  feed.publish(1);
  end.abort();
  signal.abort();
  feed.publish(2);
  deepEqual(await Array.fromAsync(ended), [1]);
  deepEqual(await Array.fromAsync(aborted), []);
  deepEqual(await Array.fromAsync(feed.read({ signal: signal.signal })), []);
});

Deno.test("a reader that does not read is told so, and the others read on", async () => {
  const feed = new EventFeed<number>();
  const lazy = feed.read();
  for (let event = 0; event <= 65_536; event++) feed.publish(event);
  const busy = feed.read();
  feed.publish(-1);
  await rejects(lazy.next(), RangeError);
  deepEqual(await lazy.next(), { done: true, value: undefined });
  equal((await busy.next()).value, -1);
});
