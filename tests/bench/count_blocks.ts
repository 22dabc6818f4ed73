import { DatabaseSync } from "node:sqlite";
import { z } from "zod";

const Counts = z.object({ blocks: z.int(), completed: z.int() });

/** How many blocks a history has, and how many requests that succeeded; read beside the server that writes it. */
export function countBlocks(data: string): z.infer<typeof Counts> {
  using database = new DatabaseSync(`${data}/history.db`, { readOnly: true });
  return Counts.parse(
    database.prepare(
      "select (select count(*) from block) as blocks, (select count(*) from completed where outcome = 'succeeded') as completed",
    ).get(),
  );
}
