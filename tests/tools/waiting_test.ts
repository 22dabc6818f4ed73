import { equal, rejects } from "node:assert/strict";
import { pause, unlessAborted, within } from "../../server/tools/mod.ts";
import { turn } from "../harness/turn.ts";

const never = new Promise<never>(() => {});

/** A signal that counts who listens to it. */
function counted() {
  const controller = new AbortController();
  const { signal } = controller;
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (type: string, listener: EventListener, options?: AddEventListenerOptions) => {
    listeners++;
    add(type, listener, options);
  };
  signal.removeEventListener = (type: string, listener: EventListener) => {
    listeners--;
    remove(type, listener);
  };
  return { controller, signal, listeners: () => listeners };
}

Deno.test("unlessAborted gives what the promise gives, and leaves the signal alone afterwards", async () => {
  const { signal, listeners } = counted();
  equal(await unlessAborted(Promise.resolve(7), signal), 7);
  await rejects(unlessAborted(Promise.reject(new Error("no answer")), signal), /no answer/);
  await Promise.resolve();
  equal(listeners(), 0);
});

Deno.test("unlessAborted rejects with the signal's reason, whether it aborts meanwhile or has before", async () => {
  const controller = new AbortController();
  const waiting = unlessAborted(never, controller.signal);
  controller.abort(new Error("enough"));
  await rejects(waiting, /enough/);
  await rejects(unlessAborted(never, controller.signal), /enough/);
});

Deno.test("a promise that rejects after it was abandoned troubles nobody", async () => {
  const asked = Promise.withResolvers<void>();
  const waiting = unlessAborted(asked.promise, AbortSignal.abort(new Error("enough")));
  await rejects(waiting, /enough/);
  asked.reject(new Error("too late"));
  await turn();
});

Deno.test("without a signal the promise itself is waited for", () => {
  const promise = Promise.resolve();
  equal(unlessAborted(promise, undefined), promise);
});

Deno.test("within tells whether a promise has ended in time, well or badly", async () => {
  equal(await within(Promise.resolve(), 60_000), true);
  equal(await within(Promise.reject(new Error("badly")), 60_000), true);
  equal(await within(never, 1), false);
});

Deno.test("a promise that rejects after its time troubles nobody", async () => {
  const asked = Promise.withResolvers<void>();
  equal(await within(asked.promise, 1), false);
  asked.reject(new Error("too late"));
  await turn();
});

Deno.test("a pause ends with its time, or at once when it is given up, and says which; no timer is left", async () => {
  const { controller, signal, listeners } = counted();
  equal(await pause(1), true);
  equal(await pause(1, signal), true);
  const waiting = pause(60_000, signal);
  controller.abort();
  equal(await waiting, false);
  equal(await pause(60_000, signal), false);
  equal(listeners(), 0);
});
