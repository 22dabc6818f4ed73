/**
 * 16 sockets with 16 requests under way each: `phoneSetLamp` over JSON-RPC until it is accepted and until its PHONE_REPLY, against an echo
 * that answers as much, in turns. Whatever is accepted has been completed, on disk, and replied before a round is over.
 *
 * @module
 */
import type { z } from "zod";
import { startServer } from "../harness/start_server.ts";
import { benchConfig, phoneName } from "./bench_plugin.ts";
import { type Helper, startHelper } from "./helper.ts";
import { medianRatio, middle } from "./load_results.ts";
import { LoadResult, SocketCrowdResult, type SocketLoad } from "./questions.ts";

const SOCKETS = 16;
const IN_FLIGHT = 16;
const WARM_UP_SECONDS = 1.5;

/** What each of the sockets asks. */
const REQUEST = {
  method: "phoneSetLamp",
  params: { lamp: 12, mode: "steady", reference: "bench-".padEnd(80, "x") },
};

/** What came of it; ratios are medians of the rounds'. */
export interface Sockets {
  /** The echo that answers. */
  echo: LoadResult;
  /** The echo that answers and sends something as long as the PHONE_REPLY behind it. */
  replies: LoadResult;
  /** Requests by the answer that they are on disk. */
  accepted: LoadResult;
  /** Requests by their PHONE_REPLY. */
  completed: LoadResult;
  /** `accepted` as a part of `echo`. */
  acceptedToEcho: number;
  /** `completed` as a part of `replies`. */
  completedToReplies: number;
}

/** The configuration under which every socket can own a phone. */
export const SOCKETS_CONFIG = benchConfig({ phones: SOCKETS });

/** Starts a load client whose applications own a phone each, over sockets of their own. */
export async function gatherSockets({ url, token }: { url: string; token: string }): Promise<Helper> {
  const load = startHelper("socket_load.ts", { permissions: ["--allow-net=127.0.0.1"] });
  const askers = Array.from({ length: SOCKETS }, (_, phone) => ({
    ...REQUEST,
    phone: phoneName({ phone }),
    privilege: "owner" as const,
  }));
  await load.ask({ url: url.replace("http", "ws"), token, askers }, SocketCrowdResult);
  return load;
}

/** How each of the rivals is asked. */
const LOADS = {
  echo: { inFlight: IN_FLIGHT, until: "answer", replies: false },
  replies: { inFlight: IN_FLIGHT, until: "reply", replies: true },
  accepted: { inFlight: IN_FLIGHT, until: "answer", replies: true },
  completed: { inFlight: IN_FLIGHT, until: "reply", replies: true },
} as const satisfies Record<string, Omit<z.infer<typeof SocketLoad>, "seconds">>;

/** One round of one rival. */
export function askSockets(
  load: Helper,
  rival: keyof typeof LOADS,
  { seconds }: { seconds: number },
): Promise<LoadResult> {
  return load.ask({ ...LOADS[rival], seconds }, LoadResult);
}

/** Measures for `rounds` times four times `seconds`; `echo` is the echo's address. */
export async function measureSockets(
  echo: string,
  { rounds, seconds }: { rounds: number; seconds: number },
): Promise<Sockets> {
  await using server = await startServer({ config: SOCKETS_CONFIG });
  const { token } = server;
  await using plain = await gatherSockets({ url: `${echo}/rpc`, token });
  await using replying = await gatherSockets({ url: `${echo}/replies`, token });
  await using ours = await gatherSockets({ url: `${server.url}/v1/socket`, token });
  const rivals = [["echo", plain], ["replies", replying], ["accepted", ours], ["completed", ours]] as const;
  const results: Record<keyof typeof LOADS, LoadResult[]> = { echo: [], replies: [], accepted: [], completed: [] };
  for (const [rival, load] of rivals) await askSockets(load, rival, { seconds: WARM_UP_SECONDS });
  for (let round = 0; round < rounds; round++) {
    for (const [rival, load] of rivals) results[rival].push(await askSockets(load, rival, { seconds }));
  }
  return {
    echo: middle(results.echo),
    replies: middle(results.replies),
    accepted: middle(results.accepted),
    completed: middle(results.completed),
    acceptedToEcho: medianRatio(results.accepted, results.echo),
    completedToReplies: medianRatio(results.completed, results.replies),
  };
}
