/**
 * plainjob: SQLite queue. Worker in its own process, or in the front with INLINE=1.
 *
 * @module
 */
import Database from "better-sqlite3";
import { better, defineQueue, defineWorker } from "plainjob";
import { announce, completions, forkWorker, isWorker, workerReady } from "./completions.mjs";
import { serve } from "./front.mjs";

const quiet = { error: console.error, warn() {}, info() {}, debug() {} };
const db = new Database(process.env.DATABASE_FILE);
const queue = defineQueue({ connection: better(db), logger: quiet });
db.pragma(`synchronous = ${process.env.SYNCHRONOUS}`); // defineQueue sets NORMAL

const startWorker = (onCompleted) =>
  defineWorker("op", async () => {}, { queue, logger: quiet, pollIntervall: 1, onCompleted }).start();

if (isWorker) {
  startWorker((job) => announce(job.id));
  workerReady();
} else {
  const { done, wait } = completions();
  if (process.env.INLINE === "1") startWorker((job) => done(job.id));
  else await forkWorker(import.meta.filename, done);
  serve(async (op) => {
    const { id } = queue.add("op", op);
    await wait(id);
    return id;
  });
}
