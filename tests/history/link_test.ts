import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { WorkerLink } from "../../server/history/worker/link.ts";
import type { EchoCalls } from "./echo_worker.ts";

function start(onDeath: (error: Error) => void = () => {}): WorkerLink<EchoCalls> {
  return new WorkerLink<EchoCalls>(new URL("./echo_worker.ts", import.meta.url), { onDeath });
}

Deno.test("calls into a worker are answered in their order, errors with their exit code", async () => {
  using link = start();
  const first = link.call("echo", "one");
  const refused = rejects(link.call("refuse", 57), { name: "HistoryError", message: "No", exitCode: 57 });
  const last = link.call("echo", "two");
  deepEqual(await Promise.all([first, last]), ["one", "two"]);
  await refused;
});

Deno.test("a worker that dies is told once, costs the calls it had, and not the process", async () => {
  const deaths: Error[] = [];
  const died = Promise.withResolvers<void>();
  using link = start((error) => {
    deaths.push(error);
    died.resolve();
  });
  await Promise.allSettled([link.call("die", "out of luck")]);
  await died.promise;
  match(deaths[0]?.message ?? "", /echo_worker\.ts died: .*out of luck/);
  await rejects(link.call("echo", "still there?"), /died/);
  equal(deaths.length, 1);
});

Deno.test("an ended worker's calls are rejected", async () => {
  const link = start();
  const call = rejects(link.call("echo", "one"), { message: "The history is closed" });
  link[Symbol.dispose]();
  await call;
});
