/**
 * The load over sockets: applications with a phone each, which are kept from question to question.
 *
 * @module
 */
import type { z } from "zod";
import { type LoadResult, SocketCrowd, type SocketCrowdResult, SocketLoad } from "../questions.ts";
import { answerLines } from "./answer_lines.ts";
import { loadFigures } from "./load_figures.ts";
import { RpcSocket } from "./rpc_socket.ts";

/** How many applications begin at once. */
const AT_ONCE = 32;

/** One application: its socket, and what follows the number of the call in the text of its request. */
interface Asker {
  socket: RpcSocket;
  rest: string;
}

let crowd: Asker[] = [];
let calls = 0;

async function gather({ url, token, askers }: z.infer<typeof SocketCrowd>): Promise<SocketCrowdResult> {
  const left = askers.entries();
  const all: Asker[] = [];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (const [number, { phone, privilege, method, params }] of left) {
      const socket = await RpcSocket.open({ url, token });
      await socket.call("phoneInitializeEx", { name: `Bench ${number}` });
      const { handle } = await socket.call("phoneOpen", { phone, privilege });
      const rest = JSON.stringify({ method, params: { handle, ...params } });
      all[number] = { socket, rest: `,${rest.slice(1)}` };
    }
  }));
  crowd = all;
  return { applications: crowd.length };
}

/** Asks as the load says. It is over when every request that was asked is over: what was accepted and left behind would not count as done. */
async function run(
  { seconds, inFlight, perSecond, until, replies }: z.infer<typeof SocketLoad>,
): Promise<LoadResult> {
  const { promise: over, resolve, reject } = Promise.withResolvers<void>();
  /** When the calls that are not over were asked, or were due. */
  const asked = new Map<number, number>();
  const times: number[] = [];
  let outstanding = 0;
  let asking = true;
  const figures = loadFigures();
  const begin = performance.now();
  const end = begin + seconds * 1_000;

  const ask = ({ socket, rest }: Asker, at: number) => {
    asked.set(++calls, at);
    outstanding++;
    socket.ask(calls, rest);
  };
  const measured = (asker: Asker, call: number) => {
    const now = performance.now();
    times.push(now - (asked.get(call) ?? NaN));
    asked.delete(call);
    if (inFlight !== undefined && now < end) ask(asker, now);
    else if (inFlight !== undefined) asking = false;
  };
  const ended = () => {
    if (--outstanding === 0 && !asking) resolve();
  };
  for (const asker of crowd) {
    asker.socket.listen({
      accepted(call) {
        if (until === "answer") measured(asker, call);
        if (!replies) ended();
      },
      completed(call) {
        if (until === "reply") measured(asker, call);
        ended();
      },
      fault: reject,
    });
  }
  if (inFlight !== undefined) {
    for (const asker of crowd) for (let number = 0; number < inFlight; number++) ask(asker, performance.now());
  } else if (perSecond !== undefined) {
    await spread({ perSecond, begin, end, ask });
    asking = false;
    if (outstanding === 0) resolve();
  }
  await over;
  return figures(times);
}

/** Lets the applications ask in turn, each request when it is due, whatever has become of those before it. */
async function spread(
  { perSecond, begin, end, ask }: {
    perSecond: number;
    begin: number;
    end: number;
    ask(asker: Asker, at: number): void;
  },
): Promise<void> {
  const all = Math.floor((end - begin) / 1_000 * perSecond);
  for (let number = 0; number < all;) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    const now = performance.now();
    for (; number < all; number++) {
      const due = begin + number / perSecond * 1_000;
      if (due > now) break;
      const asker = crowd[number % crowd.length];
      if (asker) ask(asker, due);
    }
  }
}

await answerLines((question) => {
  const gathering = SocketCrowd.safeParse(question);
  return gathering.success ? gather(gathering.data) : run(SocketLoad.parse(question));
});
