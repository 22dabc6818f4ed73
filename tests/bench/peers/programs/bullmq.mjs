/**
 * BullMQ: Queue + QueueEvents in the front, Worker in its own process.
 *
 * @module
 */
import { Queue, QueueEvents, Worker } from "bullmq";
import { randomUUID } from "node:crypto";
import { completions, forkWorker, isWorker, workerReady } from "./completions.mjs";
import { serve } from "./front.mjs";

const connection = { host: "127.0.0.1", port: Number(process.env.STORE_PORT), maxRetriesPerRequest: null };

if (isWorker) {
  // 8 measured best of 1, 4, 8, 16, 32, 64, 256, 512: a worker that is never idle skips its wake-up commands.
  const worker = new Worker("op", async () => {}, { connection, concurrency: Number(process.env.CONCURRENCY ?? 8) });
  await worker.waitUntilReady();
  workerReady();
} else {
  const queue = new Queue("op", { connection });
  // One 'completed' listener and our own job ids: cheaper than one waitUntilFinished() per job.
  const events = new QueueEvents("op", { connection });
  const { done, wait } = completions();
  events.on("completed", ({ jobId }) => done(jobId));
  await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
  await forkWorker(import.meta.filename);
  serve(async (op) => {
    const jobId = randomUUID();
    await queue.add(op.operation, op, { jobId });
    await wait(jobId);
    return jobId;
  });
}
