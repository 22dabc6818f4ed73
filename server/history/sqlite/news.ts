/**
 * What is a reason for another checkpoint, and what is not: each would be the reason for the next.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";

const NEWS = `with behind as (select last_seq from block where number = ?)
select exists (select 1 from accepted where seq > (select last_seq from behind))
  or exists (select 1 from completed where seq > (select last_seq from behind))
  or exists (select 1 from withdrawn where seq > (select last_seq from behind))
  or exists (
    select 1 from fact where seq > (select last_seq from behind)
      and type not in ('checkpointFailed', 'checkpointResumed')
      and not (type = 'historyRead' and instr(coalesce(detail, ''), '"what":"checkpoint"') > 0)
  ) as news`;

/** Whether there are rows behind a block but facts that tell of checkpoints. */
export function hasNews(database: DatabaseSync, block: number): boolean {
  return database.prepare(NEWS).get(block)?.["news"] === 1;
}
