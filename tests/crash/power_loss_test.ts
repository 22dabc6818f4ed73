import { equal, ok } from "node:assert/strict";
import { skipLoudly, temporaryFolder } from "../faults/temporary.ts";
import { startServer } from "../harness/start_server.ts";
import { randomFrom } from "../simulation/random.ts";
import { audit, forgotten } from "./audit.ts";
import { FATES } from "./disk.ts";
import { cut, duringCheckpoint, record } from "./recording.ts";
import { whyNoStrace } from "./strace.ts";

const ignore = skipLoudly(await whyNoStrace(), "what a power failure takes");

/** How many of the cuts of each fate follow an acknowledgement. */
const CUTS = 4;

Deno.test({
  name: "whatever a power failure does to what was not synced, no acknowledged request is lost (invariants 1, 2 and 7)",
  ignore,
  async fn() {
    const random = randomFrom(crypto.getRandomValues(new Uint32Array(1))[0]!);
    using folder = temporaryFolder();
    const recording = await record("full", `${folder.path}/first`);
    const acknowledged = [...recording.book.requests.values()].map(({ at }) => at);
    let uncertain = 0;
    for (const fate of FATES) {
      const moments = [
        // An answer that has just gone out depends on what has just been synced.
        ...Array.from({ length: CUTS }, () => random.pick(acknowledged)),
        duringCheckpoint(recording),
        recording.killed,
      ];
      for (const [index, moment] of moments.entries()) {
        const data = `${folder.path}/${fate}${index}`;
        uncertain += await cut(recording, { moment, fate, data, random });
        await using server = await startServer({ data, token: recording.token, args: ["--safe"] });
        const { faults } = audit(data, recording.book.until(moment));
        const after = `after a power failure ${moment - recording.began} ms into the load, ${fate}:`;
        equal([after, ...faults].join("\n"), after);
        await server.stop();
      }
    }
    ok(uncertain > 0, "no cut fell where anything was not synced: the cuts show nothing");
  },
});

Deno.test({
  name:
    "with durability normal the same power failure does take acknowledged requests: the cuts above would see a missing sync",
  ignore,
  async fn() {
    using folder = temporaryFolder();
    const recording = await record("normal", `${folder.path}/first`);
    const data = `${folder.path}/cut`;
    await cut(recording, { moment: recording.killed, fate: "dropped", data, random: randomFrom(1) });
    ok(forgotten(data, recording.book).length > 0);
  },
});
