/**
 * The load: closed-loop clients over connections that are kept, in a process of their own.
 *
 * @module
 */
import process from "node:process";
import type { z } from "zod";
import { Load, type LoadResult } from "../questions.ts";
import { quantile } from "../statistics.ts";
import { answerLines } from "./answer_lines.ts";
import { HttpConnection } from "./http_connection.ts";

async function run(
  { hostname, port, request, status, connections, seconds }: z.infer<typeof Load>,
): Promise<LoadResult> {
  const bytes = new TextEncoder().encode(request);
  const open = await Promise.all(Array.from({ length: connections }, () => HttpConnection.open({ hostname, port })));
  const times: number[] = [];
  const cpu = processorMs();
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
  const elapsed = performance.now() - begin;
  return {
    requests: times.length,
    perSecond: times.length / elapsed * 1_000,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    busy: (processorMs() - cpu) / elapsed,
  };
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

await answerLines((question) => run(Load.parse(question)));
