import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { retry } from "@std/async/retry";
import { Stamping } from "../../server/checkpoints/stamping.ts";
import type { Checkpoint } from "../../server/core/contract/history.ts";
import { temporaryFolder } from "../faults/temporary.ts";
import { api } from "../harness/api.ts";
import { startServer } from "../harness/start_server.ts";
import { type Authority, authority } from "./support/authority.ts";
import { linesOf } from "./support/lines.ts";
import { checkOnPage, toolsAre } from "./support/page.ts";
import { receiver } from "./support/receiver.ts";

const ignore = !await toolsAre("python3", "openssl");

const CHECKPOINT: Checkpoint = {
  historyId: "000102030405060708090a0b0c0d0e0f",
  block: 3,
  hash: "0".repeat(64),
  at: "2026-03-01T09:30:00.000Z",
};

Deno.test({
  name:
    "the commands of history-format.md check what an authority has stamped, and refuse the stamp of another checkpoint",
  ignore,
  async fn() {
    using folder = temporaryFolder();
    await using stamps = await authority();
    await using remote = receiver();
    const file = `${folder.path}/kept.jsonl`;
    {
      await using server = await startServer({
        config: { plugins: [], checkpoints: { file, url: remote.url, timestamps: stamps.url } },
      });
      await remote.until(() => true);
      const { body } = await api(server)<Checkpoint>("GET", "/v1/history/checkpoint");
      deepEqual(Object.keys(body), ["historyId", "block", "hash", "at"]);
      await server.stop();
      equal(server.output().includes("timestamp="), false);
    }
    const lines = linesOf(file);
    deepEqual(lines, remote.received.map(({ checkpoint }) => checkpoint));
    equal(lines.length, 2);
    await Deno.writeTextFile(`${folder.path}/authority.pem`, stamps.root);
    const check = (...checkpoints: unknown[]) => checkOnPage("openssl ts", { checkpoints, folder: folder.path });
    for (const checkpoints of [[lines[0]], lines]) {
      const { code, said } = await check(...checkpoints);
      match(said, /Verification: OK/);
      equal(code, 0);
    }
    const wrong = await check(lines[1], { ...lines[0]!, hash: lines[1]!.hash });
    match(wrong.said, /Verification: FAILED/);
    equal(wrong.code, 1);
    // What the run before has left beside it is not taken for what is asked about.
    await check(lines[0]);
    const unstamped = await check(lines[0], CHECKPOINT);
    notEqual(unstamped.code, 0, unstamped.said);
    equal(unstamped.said.includes("Verification: OK"), false, unstamped.said);
    const { body } = await (async () => {
      await using again = await startServer({ args: ["--safe"] });
      return await api(again)("POST", "/v1/history/verify", { body: { checkpoint: lines[0] } });
    })();
    equal(body["ok"], false, "of another history, and its fields are known");
  },
});

/** What an authority answers, and what is told of it. */
const WRONG: Record<string, { answer: (authority: Authority) => Authority["answer"]; words: RegExp }> = {
  "that refuses": {
    // PKIStatusInfo: rejection, "not today".
    answer: () => () =>
      Promise.resolve(Uint8Array.fromHex("3012" + "3010" + "020102" + "300b" + "0c096e6f7420746f646179")),
    words: /^it refused \(status 2\): not today$/,
  },
  "that refuses with what a terminal would obey, without end": {
    // The same with ESC and 30,000 letters: what it says is cut, and shown.
    answer: () => () => {
      const text = `1b${"41".repeat(30_000)}`;
      const size = (bytes: number) => `82${bytes.toString(16).padStart(4, "0")}`;
      return Promise.resolve(
        Uint8Array.fromHex(
          `30${size(30_016)}30${size(30_012)}02010230${size(30_005)}0c${size(30_001)}${text}`,
        ),
      );
    },
    words: /^it refused \(status 2\): \\u001bA{470}…$/,
  },
  "that answers something else": {
    answer: () => () => Promise.resolve("<html>"),
    words: /^its answer is none of RFC 3161/,
  },
  "that stamps something else": {
    answer: ({ stamp }) => async (question) => {
      const other = question.slice();
      const at = other.toHex().indexOf("0420") / 2 + 2;
      other[at] = other[at]! ^ 1;
      return await stamp(other);
    },
    words: /^its time stamp is of something else$/,
  },
  "that answers what somebody asked before": {
    answer: ({ stamp }) => async (question) => {
      const other = question.slice();
      const at = other.toHex().lastIndexOf("0208") / 2 + 9;
      other[at] = other[at]! ^ 1;
      return await stamp(other);
    },
    words: /^its time stamp answers another question$/,
  },
  "that answers without end": {
    answer: () => () =>
      Promise.resolve(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(10_000)) })),
    words: /^its answer has more than 65536 bytes$/,
  },
  "that never answers": { answer: () => () => Promise.resolve(undefined), words: /^it did not answer in time$/ },
};

for (const [what, { answer, words }] of Object.entries(WRONG)) {
  Deno.test({
    name: `an authority ${what} is told, and the checkpoint goes without a stamp`,
    ignore,
    async fn() {
      await using stamps = await authority();
      stamps.answer = answer(stamps);
      const told: string[] = [];
      const stamping = new Stamping(stamps.url, {
        failed: (target, reason) => told.push(`${target}: ${reason}`),
        resumed: (target) => told.push(`${target} again`),
      });
      const ms = what === "that never answers" ? 100 : 20_000;
      deepEqual(await stamping.stamp(CHECKPOINT, AbortSignal.timeout(ms)), CHECKPOINT);
      match(told[0]?.replace(/^timestamps: /, "") ?? "", words);
      deepEqual(stamping.state, { target: "timestamps", taken: 0, failed: 1, failing: true });
      stamps.answer = stamps.stamp;
      ok((await stamping.stamp(CHECKPOINT, AbortSignal.timeout(20_000))).timestamp);
      deepEqual(told.slice(1), ["timestamps again"]);
    },
  });
}

Deno.test({
  name:
    "a server whose authority is silent sends its checkpoints all the same, ends in order, and readyz says what is amiss",
  ignore,
  async fn() {
    using folder = temporaryFolder();
    await using stamps = await authority();
    stamps.answer = () => Promise.reject(new Error("it is broken"));
    const file = `${folder.path}/checkpoints.jsonl`;
    await using server = await startServer({
      config: {
        plugins: [],
        checkpoints: { file, timestamps: stamps.url },
        bounds: { stopMs: 4_100, closeMs: 50, pluginStopMs: 50 },
      },
    });
    await retry(async () => {
      const { reasons } = await (await fetch(`${server.url}/readyz`)).json();
      deepEqual(reasons, ["Checkpoints cannot be stamped by checkpoints.timestamps: the log says why"]);
    }, { minTimeout: 10, maxTimeout: 50, jitter: 0, maxAttempts: 600 });
    await retry(() => equal(linesOf(file).length, 1), { minTimeout: 10, maxTimeout: 50, maxAttempts: 100 });
    stamps.answer = () => Promise.resolve(undefined);
    equal((await server.stop()).code, 0);
    deepEqual(linesOf(file).map((line) => line.timestamp), [undefined, undefined]);
  },
});
