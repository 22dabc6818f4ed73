import { deepEqual, rejects } from "node:assert/strict";
import { takeTurns } from "./turns.ts";

Deno.test("both take turns, and who was second begins the next one", async () => {
  const order: string[] = [];
  const all = await takeTurns((rival) => Promise.resolve(order.push(rival)), {
    turns: 3,
    signal: new AbortController().signal,
  });
  deepEqual(order, ["ours", "theirs", "theirs", "ours", "ours", "theirs"]);
  deepEqual(all, { ours: [1, 4, 5], theirs: [2, 3, 6] });
});

Deno.test("turns that are interrupted end before the next one, with the reason", async () => {
  const controller = new AbortController();
  const order: string[] = [];
  const turns = takeTurns((rival) => {
    if (order.push(rival) === 3) controller.abort(new Error("enough"));
    return Promise.resolve();
  }, { turns: 5, signal: controller.signal });
  await rejects(turns, /enough/);
  deepEqual(order, ["ours", "theirs", "theirs"]);
});
