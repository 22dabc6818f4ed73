/**
 * graphile-worker: makeWorkerUtils in the front, run() in its own process. BATCH=1 turns on
 * localQueue + completeJobBatchDelay (its documented batching).
 *
 * @module
 */
import { Logger, makeWorkerUtils, run } from "graphile-worker";
import pg from "pg";
import { announce, completions, forkWorker, isWorker, workerReady } from "./completions.mjs";
import { serve } from "./front.mjs";

const concurrency = Number(process.env.CONCURRENCY ?? 32);
const pgPool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: Number(process.env.POOL ?? 32) });
const logger = new Logger(() => () => {});

/** No event of graphile-worker fires after the completion commit (job:complete fires before it),
 * so this watches its own `delete from _private_jobs` resolve. */
function announceDeletes(client) {
  const query = client.query;
  client.query = function (config, ...rest) {
    const result = query.call(this, config, ...rest);
    if (config?.text?.startsWith("delete from") && config.text.includes("_private_jobs")) {
      result.then(() => announce(...[config.values[0]].flat()));
    }
    return result;
  };
}

if (isWorker) {
  pgPool.on("connect", announceDeletes);
  const batching = process.env.BATCH === "1" ? { localQueue: { size: concurrency + 1 }, completeJobBatchDelay: 0 } : {};
  await run({
    pgPool,
    logger,
    noHandleSignals: true,
    taskList: { op: async () => {} },
    preset: { worker: { concurrentJobs: concurrency, pollInterval: 500, ...batching } },
  });
  workerReady();
} else {
  const utils = await makeWorkerUtils({ pgPool, logger });
  await utils.migrate();
  if (process.env.HISTORY === "1") {
    // graphile-worker deletes what it completed; this trigger keeps proof, for the checked run only.
    await pgPool.query(`
      create table public.history (id bigint, state text);
      create function public.remember() returns trigger language plpgsql as $$ begin
        if tg_op = 'INSERT' then insert into public.history values (new.id, 'accepted');
        else insert into public.history values (old.id, 'completed'); end if;
        return null; end $$;
      create trigger remember after insert or delete on graphile_worker._private_jobs
        for each row execute function public.remember();`);
  }
  const { done, wait } = completions();
  await forkWorker(import.meta.filename, done);
  serve(async (op) => {
    const { id } = await utils.addJob("op", op);
    await wait(id);
    return id;
  });
}
