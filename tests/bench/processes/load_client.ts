/**
 * The load: closed-loop clients over connections that are kept, in a process of their own.
 *
 * @module
 */
import type { z } from "zod";
import { Load, type LoadResult } from "../questions.ts";
import { answerLines } from "./answer_lines.ts";
import { loadFigures } from "./load_figures.ts";
import { HttpConnection } from "./http_connection.ts";

async function run(
  { hostname, port, request, status, connections, seconds }: z.infer<typeof Load>,
): Promise<LoadResult> {
  const bytes = new TextEncoder().encode(request);
  const open = await Promise.all(Array.from({ length: connections }, () => HttpConnection.open({ hostname, port })));
  const times: number[] = [];
  const figures = loadFigures();
  const begin = performance.now();
  const end = begin + seconds * 1_000;
  await Promise.all(open.map(async (connection) => {
    using _closed = connection;
    for (let sent = performance.now(); sent < end;) {
      await connection.call(bytes, status);
      const now = performance.now();
      times.push(now - sent);
      sent = now;
    }
  }));
  return figures(times);
}

await answerLines((question) => run(Load.parse(question)));
