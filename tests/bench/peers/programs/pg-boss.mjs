/**
 * pg-boss: send() in the front; a fetch/complete loop in its own process, woken by pg-boss's NOTIFY.
 * (work() tells nobody when the completion is committed, and its poll floor is 500 ms.)
 *
 * @module
 */
import { createHash } from "node:crypto";
import pg from "pg";
import { PgBoss } from "pg-boss";
import { announce, completions, forkWorker, isWorker, workerReady } from "./completions.mjs";
import { serve } from "./front.mjs";

const connectionString = process.env.DATABASE_URL;
const boss = new PgBoss({
  connectionString,
  max: Number(process.env.POOL ?? 32),
  supervise: !isWorker,
  schedule: false,
  migrate: !isWorker,
});
boss.on("error", console.error);
await boss.start();

if (isWorker) {
  const batchSize = Number(process.env.BATCH_SIZE ?? 64);
  let wake = () => {};
  let woken = false;
  const onWake = () => {
    woken = true;
    wake();
  };
  if (process.env.WAKE === "ipc") process.on("message", onWake);
  else {
    const listener = new pg.Client({ connectionString });
    await listener.connect();
    listener.on("notification", onWake);
    // The channel is pg-boss's own: notifyChannelSql() in its plans.js.
    const channel = "pgboss_" + createHash("sha224").update("pgboss").digest("hex").slice(0, 24);
    await listener.query(`listen "${channel}"`);
  }
  workerReady();
  const loop = async () => {
    for (;;) {
      woken = false;
      const jobs = await boss.fetch("op", { batchSize });
      if (jobs.length > 0) {
        const ids = jobs.map((job) => job.id);
        await boss.complete("op", ids);
        announce(...ids);
      } else if (!woken) {
        await new Promise((resolve) => {
          wake = resolve;
          setTimeout(resolve, 500);
        });
      }
    }
  };
  for (let i = 0; i < Number(process.env.LOOPS ?? 1); i++) loop();
} else {
  await boss.createQueue("op", { notify: process.env.WAKE !== "ipc" });
  const { done, wait } = completions();
  const worker = await forkWorker(import.meta.filename, done);
  serve(async (op) => {
    const id = await boss.send("op", op);
    if (process.env.WAKE === "ipc") worker.send("wake");
    await wait(id);
    return id;
  });
}
