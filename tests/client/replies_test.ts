import { deepEqual, equal, rejects } from "node:assert/strict";
import type { PhoneEvent } from "../../server/core/contract/events.ts";
import { PhoneClosed } from "../../server/client/errors.ts";
import { Replies } from "../../server/client/replies.ts";

/** Records that nobody may ask for. */
const noRecords = () => Promise.reject(new Error("No record is asked for here"));

/** The event that tells the reply of a request. */
function replied(requestId: number): Extract<PhoneEvent, { type: "PHONE_REPLY" }> {
  const at = "2026-01-01T00:00:00.000Z";
  return { seq: requestId, at, type: "PHONE_REPLY", handle: "h", requestId, result: 0, outcome: "succeeded" };
}

Deno.test("Q6 a reply that overtakes its answer is held until the answer claims it", async () => {
  const replies = new Replies(noRecords);
  replies.take(replied(7));
  deepEqual(await replies.of(7, "h"), { requestId: 7, result: 0, outcome: "succeeded" });
  deepEqual(replies.waiting(), []);
});

Deno.test("a reply after its answer comes to everybody who waits for it", async () => {
  const replies = new Replies(noRecords);
  const waiting = [replies.of(7, "h"), replies.of(7, "h")];
  replies.take(replied(7));
  deepEqual((await Promise.all(waiting)).map(({ requestId }) => requestId), [7, 7]);
});

Deno.test("replies of one handle are given up, those of others still come", async () => {
  const replies = new Replies(noRecords);
  const [mine, other] = [replies.of(7, "h"), replies.of(8, "other")];
  replies.abandon(new PhoneClosed("closed", { cause: "close" }), "h");
  replies.take(replied(8));
  await rejects(mine, PhoneClosed);
  equal((await other).requestId, 8);
});

Deno.test("of replies that nobody claims the oldest are forgotten", async () => {
  const replies = new Replies(noRecords);
  for (let id = 1; id <= 5_000; id++) replies.take(replied(id));
  equal((await replies.of(5_000, "h")).requestId, 5_000);
  replies.of(1, "h");
  deepEqual(replies.waiting(), [1]);
});
