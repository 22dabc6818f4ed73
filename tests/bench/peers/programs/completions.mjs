/**
 * Joins "job N is durably completed" to the HTTP request that waits for it.
 *
 * @module
 */
import { fork } from "node:child_process";

/** Front side. A completion may arrive before the front knows the id, so early ones are kept. */
export function completions() {
  const waiting = new Map();
  const early = new Set();
  return {
    done(id) {
      const resolve = waiting.get(id);
      if (resolve) {
        waiting.delete(id);
        resolve();
      } else early.add(id);
    },
    wait(id) {
      if (early.delete(id)) return;
      return new Promise((resolve) => waiting.set(id, resolve));
    },
  };
}

/** Starts `file` again as the worker process; what it announces is passed to `done`. */
export function forkWorker(file, done = () => {}) {
  return new Promise((resolve) => {
    const child = fork(file, { env: { ...process.env, ROLE: "worker" } });
    child.on("message", (message) => message === "ready" ? resolve(child) : message.forEach(done));
    child.on("exit", (code) => process.exit(code ?? 1));
  });
}

export const isWorker = process.env.ROLE === "worker";
export const workerReady = () => process.send("ready");

/** Worker side: ids announced in one event-loop turn travel in one message. */
let batch = [];
export function announce(...ids) {
  if (batch.length === 0) {
    setImmediate(() => {
      process.send(batch);
      batch = [];
    });
  }
  batch.push(...ids);
}
