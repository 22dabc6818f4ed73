import { deepEqual, equal, match, ok } from "node:assert/strict";
import { retry } from "@std/async/retry";
import type { HistoryEvent } from "../../server/core/contract/facts.ts";
import type { Checkpoint } from "../../server/core/contract/history.ts";
import { temporaryFolder } from "../faults/temporary.ts";
import { api } from "../harness/api.ts";
import { type RunningServer, startServer } from "../harness/start_server.ts";
import { makeCertificate } from "../program/support/certificate.ts";
import { linesOf } from "./support/lines.ts";
import { type Receiver, receiver } from "./support/receiver.ts";

/** How often tests look for what comes by itself: 30 s at most, never a measure. */
const LOOKING = { minTimeout: 10, maxTimeout: 50, jitter: 0, maxAttempts: 600 };

/** The checkpoints in a log. */
function logged(server: RunningServer): string[] {
  return server.output().split("\n").filter((line) => line.includes(" info history: checkpoint "));
}

async function readiness({ url }: RunningServer): Promise<{ ready: boolean; reasons: string[] }> {
  return await (await fetch(`${url}/readyz`)).json();
}

async function facts(server: RunningServer, type: string): Promise<HistoryEvent[]> {
  const { body } = await api(server)<{ events: HistoryEvent[] }>("GET", `/v1/history/events?type=${type}`);
  return body.events;
}

/** Holds a checkpoint against the history of a server. */
async function isGenuine(server: RunningServer, checkpoint: Checkpoint | undefined): Promise<boolean> {
  const { body } = await api(server)<{ ok: boolean }>("POST", "/v1/history/verify", { body: { checkpoint } });
  return body.ok;
}

Deno.test("with nothing configured the log has a line with a checkpoint at the start and, of the last block, at the stop", async () => {
  using folder = temporaryFolder();
  const data = `${folder.path}/data`;
  const token = crypto.randomUUID();
  let words: string[];
  {
    await using server = await startServer({ data, token });
    await retry(() => equal(logged(server).length, 1), LOOKING);
    await server.stop();
    const [first = "", last = "", ...none] = logged(server);
    deepEqual(none, []);
    match(first, /checkpoint historyId=[0-9a-f]{32} block=\d+ hash=\S{64} at=20[\d-]+T[\d:.]+Z$/);
    match(server.output(), /server: server stopped signal=SIGTERM\n\S+ info history: checkpoint [^\n]*\n$/);
    words = last.split(" ").slice(4);
  }
  const [historyId, block, hash] = words.map((word) => word.split("=")[1]);
  await using again = await startServer({ data, token });
  const last = { historyId, block: Number(block), hash, at: "" } as Checkpoint;
  ok(await isGenuine(again, last));
  ok(!await isGenuine(again, { ...last, hash: "0".repeat(64) }));
  equal((await facts(again, "serverStarted")).length, 2);
});

Deno.test("checkpoints are posted and appended at the start, when something was written, at the stop, and by the start after a kill", async () => {
  using folder = temporaryFolder();
  await using remote = receiver();
  const data = `${folder.path}/data`;
  const token = crypto.randomUUID();
  const file = `${folder.path}/checkpoints.jsonl`;
  await Deno.writeTextFile(`${folder.path}/token`, "a-secret-of-the-receiver\n");
  const config = {
    checkpoints: { everySeconds: 1, file, url: remote.url, tokenFile: `${folder.path}/token`, log: false },
  };
  {
    await using server = await startServer({ data, token, config });
    const first = await remote.until(() => true);
    deepEqual([first.method, first.headers.get("content-type")], ["POST", "application/json"]);
    equal(first.headers.get("authorization"), "Bearer a-secret-of-the-receiver");
    deepEqual(Object.keys(first.checkpoint), ["historyId", "block", "hash", "at"]);
    // The start has written what came behind it: the scheduled one covers that.
    const { body: newest } = await api(server)<Checkpoint>("GET", "/v1/history/checkpoint");
    const second = await remote.until(({ checkpoint }) => checkpoint.block >= newest.block);
    ok(await isGenuine(server, second.checkpoint));
    await retry(() => equal(linesOf(file).at(-1)?.block, second.checkpoint.block), LOOKING);
    equal(server.output().includes("a-secret-of-the-receiver"), false);
    deepEqual(logged(server), []);
    await server.kill();
  }
  // As a power cut leaves it.
  const whole = linesOf(file).length;
  await Deno.writeTextFile(file, '{"historyId":"00', { append: true });
  await using again = await startServer({ data, token, config });
  await retry(() => ok(Deno.readTextFileSync(file).split("\n").length > whole + 2), LOOKING);
  await Deno.writeTextFile(file, (await Deno.readTextFile(file)).replace('{"historyId":"00\n', ""));
  equal((await again.stop()).code, 0);
  const lines = linesOf(file);
  deepEqual(lines.at(-1), remote.received.at(-1)?.checkpoint);
  deepEqual(lines.map(({ block }) => block).toSorted((one, other) => one - other), lines.map(({ block }) => block));
  await using last = await startServer({ data, token, args: ["--safe"] });
  for (const line of lines) ok(await isGenuine(last, line));
});

Deno.test("a receiver that is down is told in the log, readyz, a fact and the metrics, and is given the newest when it is back", async () => {
  await using remote = receiver();
  remote.answer = () => new Response("not now", { status: 503 });
  await using server = await startServer({
    config: { plugins: [], checkpoints: { everySeconds: 1, url: `${remote.url}?key=4711` } },
  });
  await retry(async () => equal((await facts(server, "checkpointFailed")).length, 1), LOOKING);
  const metrics = async () => (await api(server)<string>("GET", "/metrics")).body;
  const { ready, reasons } = await readiness(server);
  deepEqual([ready, reasons], [true, ["Checkpoints cannot be brought to checkpoints.url: the log says why"]]);
  match(server.output(), /warning history: checkpoint failed target=url reason="it answered 503"/);
  match(await metrics(), /\nswitchroom_checkpoint_failing\{target="url"\} 1\n/);
  const { body: newest } = await api(server)<Checkpoint>("GET", "/v1/history/checkpoint");
  await remote.until(({ checkpoint }) => checkpoint.block >= newest.block);
  remote.answer = () => new Response();
  await retry(async () => equal((await facts(server, "checkpointResumed")).length, 1), LOOKING);
  deepEqual((await readiness(server)).reasons, []);
  match(await metrics(), /\nswitchroom_checkpoint_failing\{target="url"\} 0\n/);
  match(await metrics(), /\nswitchroom_checkpoints_total\{target="url",outcome="failed"\} [1-9]/);
  match(await metrics(), /\nswitchroom_checkpoints_total\{target="url",outcome="taken"\} [1-9]/);
  equal((await facts(server, "checkpointFailed")).length, 1);
  equal(server.output().includes("4711"), false);
});

Deno.test("a receiver that never answers keeps neither the start nor the orderly end, and not the file", async () => {
  using folder = temporaryFolder();
  await using remote = receiver();
  const file = `${folder.path}/checkpoints.jsonl`;
  remote.answer = () => undefined;
  await using server = await startServer({
    config: {
      plugins: [],
      checkpoints: { file, url: remote.url },
      bounds: { stopMs: 4_100, closeMs: 50, pluginStopMs: 50 },
    },
  });
  await remote.until(() => true);
  const begun = performance.now();
  equal((await server.stop()).code, 0);
  ok(performance.now() - begun < 20_000);
  match(server.output(), /warning history: checkpoint failed target=url reason="it did not answer in time"/);
  deepEqual([linesOf(file).length, remote.received.length], [2, 2]);
  deepEqual(remote.received.at(-1)?.checkpoint, linesOf(file).at(-1));
});

Deno.test("a receiver that leads elsewhere is not followed, and a file that cannot be written is told: the server goes on", async () => {
  using folder = temporaryFolder();
  await using elsewhere = receiver();
  await using remote = receiver();
  remote.answer = () => Response.redirect(elsewhere.url, 307);
  await using server = await startServer({
    config: { plugins: [], checkpoints: { file: `${folder.path}/none/checkpoints.jsonl`, url: remote.url } },
  });
  await retry(async () => equal((await facts(server, "checkpointFailed")).length, 2), LOOKING);
  const reasons = (await facts(server, "checkpointFailed")).map(({ detail }) => JSON.stringify(detail)).sort();
  match(reasons[0] ?? "", /"target":"file","reason":"No such file or directory/);
  match(reasons[1] ?? "", /"target":"url","reason":"it answered 307, and nothing is sent to where that leads"/);
  equal((await readiness(server)).ready, true);
  equal((await server.stop()).code, 0);
  deepEqual(elsewhere.received, []);
});

Deno.test("SECURITY: neither the address nor the token of a receiver is told when nothing can be sent, whatever fails", async () => {
  using folder = temporaryFolder();
  using closes = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  (async () => {
    for await (const connection of closes) connection.close();
  })().catch(() => {});
  const url = `http://127.0.0.1:${closes.addr.port}/hook?key=SECRETKEY`;
  const tokenFile = `${folder.path}/token`;
  const bad: [token: string, told: string][] = [
    ["SECRETTOKEN", "it closed the connection"],
    [
      "-----BEGIN PRIVATE KEY-----\nSECRETTOKEN\n-----END PRIVATE KEY-----\n",
      "tokenFile holds what no header can: it must be one line of printable ASCII without spaces",
    ],
  ];
  for (const [token, told] of bad) {
    await Deno.writeTextFile(tokenFile, token);
    await using server = await startServer({
      config: { plugins: [], checkpoints: { url, tokenFile, timestamps: url } },
    });
    await retry(async () => equal((await facts(server, "checkpointFailed")).length, 2), LOOKING);
    const failed = (await facts(server, "checkpointFailed")).map(({ detail }) => detail as Record<string, unknown>);
    equal(failed.find(({ target }) => target === "url")?.["reason"], told);
    equal(failed.find(({ target }) => target === "timestamps")?.["reason"], "it closed the connection");
    await server.stop();
    equal(/SECRET|PRIVATE/.test(server.output() + JSON.stringify(failed)), false);
  }
});

Deno.test("a receiver's own certificate is trusted where the environment names it, and otherwise nothing is sent", async () => {
  using folder = temporaryFolder();
  const certificate = await makeCertificate("receiver");
  const ca = `${folder.path}/cert.pem`;
  await Deno.writeTextFile(ca, certificate.cert);
  const config = (remote: Receiver) => ({ plugins: [], checkpoints: { url: remote.url } });
  {
    await using remote = receiver(certificate);
    await using server = await startServer({ config: config(remote), under: ["env", `DENO_CERT=${ca}`] });
    const { checkpoint } = await remote.until(() => true);
    ok(await isGenuine(server, checkpoint));
  }
  await using remote = receiver(certificate);
  await using server = await startServer({ config: config(remote) });
  await retry(async () => match(JSON.stringify(await facts(server, "checkpointFailed")), /UnknownIssuer/), LOOKING);
  deepEqual(remote.received, []);
});
