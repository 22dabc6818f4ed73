import { delay } from "@std/async/delay";
import { equal } from "node:assert/strict";
import type { AcceptedRequest } from "../../server/core/mod.ts";
import { replyRelease } from "../../server/http/answering/reply_release.ts";
import { ManualClock } from "../harness/manual_clock.ts";

/** A request that counts how often it is told of its answer. */
class CountedRequest implements AcceptedRequest {
  readonly requestId = 1;
  readonly recorded: AcceptedRequest["recorded"] = new Promise(() => {});
  readonly completed: AcceptedRequest["completed"] = new Promise(() => {});
  told = 0;
  answered(): void {
    this.told++;
  }
}

const never = new Promise<void>(() => {});

Deno.test("a reply waits for its answer and is released once, however the answer ended (R33)", async () => {
  const clock = new ManualClock();
  const replies = replyRelease(clock, 1_000);
  for (const settle of ["resolve", "reject"] as const) {
    const request = new CountedRequest();
    const completed = Promise.withResolvers<void>();
    replies.after(completed.promise, request);
    await Promise.resolve();
    equal(request.told, 0);
    completed[settle]();
    await Promise.allSettled([completed.promise]);
    equal(request.told, 0, "its last bytes leave in the next turn of the loop");
    await delay(0);
    equal(request.told, 1);
    clock.advance(10_000);
    replies.flush();
    equal(request.told, 1);
  }
});

Deno.test("an answer that nobody reads holds its reply for the bound at most, whenever it began", () => {
  for (const offset of [0, 1, 250, 499, 500, 501, 999]) {
    const clock = new ManualClock();
    const replies = replyRelease(clock, 1_000);
    replies.after(never, new CountedRequest());
    clock.advance(offset);
    const request = new CountedRequest();
    replies.after(never, request);
    clock.advance(499);
    equal(request.told, 0);
    clock.advance(501);
    equal(request.told, 1);
    clock.advance(10_000);
    equal(request.told, 1);
    equal(clock.pending, 0);
  }
});

Deno.test("what is left when the server stops is released, and no timer is left", () => {
  const clock = new ManualClock();
  const replies = replyRelease(clock, 1_000);
  const request = new CountedRequest();
  replies.after(never, request);
  replies.flush();
  equal(request.told, 1);
  equal(clock.pending, 0);
});
