import { deepEqual, equal, match, ok } from "node:assert/strict";
import { temporaryFolder } from "../faults/temporary.ts";
import { acceptance, completion, connected, openIn } from "../history/support.ts";
import { startServer } from "../harness/start_server.ts";
import { hasPython, lookOf, onTerminal } from "./support/auditing.ts";
import { cli, jsonLines, spawnCli } from "./support/cli.ts";
import { refused } from "./support/refused.ts";

Deno.test("the history of a running server is exported to standard output, or into a file that is there when it is whole", async () => {
  await using server = await startServer();
  const at = ["--data", server.data];
  const set = ["request", "setLamp", "virtual:desk-1", "lamp=20", "mode=steady", "--json"];
  const [asked] = jsonLines(await cli([...set, ...at]));
  const lines = jsonLines(await cli(["history", "export", ...at]));
  deepEqual(lines.find(({ kind }) => kind === "request"), { kind: "request", ...asked });
  ok(lines.some(({ type }) => type === "serverStarted"));

  using folder = temporaryFolder();
  const out = `${folder.path}/history.csv`;
  await Deno.writeTextFile(out, "what was exported before");
  const csv = await cli(["history", "export", "--format", "csv", "--phone", "virtual:desk-1", "--out", out, ...at]);
  deepEqual([csv.code, csv.stdout], [0, ""]);
  match(csv.stderr, /^Exported to \S+history\.csv, up to block \d+ of history [0-9a-f]{32}: \d+(\.\d)? (bytes|kB)\n$/);
  const [head, ...rows] = (await Deno.readTextFile(out)).trimEnd().split("\r\n");
  match(head ?? "", /^kind,seq,at,type,phone,/);
  ok(rows.length > 0 && rows.every((row) => row.includes('"virtual:desk-1"')));
  equal((await cli(["history", "export", "--from", "2999-01-01", "--out", out, ...at])).code, 0);
  equal(await Deno.readTextFile(out), "");
  deepEqual((await lookOf(folder.path)).length, 1);
});

/** Some requests of two phones, in order or as a killed server leaves them. */
async function someHistory(path: string): Promise<void> {
  await using opened = await openIn(path);
  const { history } = opened;
  for (const phone of ["virtual:desk-1", "virtual:mini-1"]) {
    await history.note(connected(phone));
    const id = await history.accept(acceptance({ phone, reference: "\u001b[31m" }));
    await history.complete(completion(id));
  }
}

Deno.test("the history of a server that does not run is exported from its folder, in which nothing changes", async () => {
  using folder = temporaryFolder();
  await someHistory(folder.path);
  const before = await lookOf(folder.path);
  const exported = async (...args: string[]) =>
    jsonLines(await cli(["history", "export", "--data", folder.path, ...args]));
  const all = await exported();
  deepEqual(all.map(({ kind, phone }) => [kind, phone]), [
    ["event", "virtual:desk-1"],
    ["request", "virtual:desk-1"],
    ["event", "virtual:mini-1"],
    ["request", "virtual:mini-1"],
  ]);
  deepEqual(await exported("--phone", "virtual:mini-1"), all.slice(2));
  deepEqual(await exported("--from", "2025-06-15T15:06:40Z", "--to", "2025-06-15T15:06:40.001Z"), [all[1], all[3]]);
  const [opening, block] = await exported("--format", "chain", "--phone", "virtual:mini-1");
  deepEqual([opening?.["chain"], opening?.["filter"]], [1, { phone: "virtual:mini-1" }]);
  ok(Array.isArray(block?.["block"]));
  refused(await cli(["history", "export", "--data", folder.path, "--out", `${folder.path}/history.db`]), {
    code: 2,
    words: /Cannot write \S+history\.db: there is a database, such as a history\. Name another file/,
  });
  deepEqual(await lookOf(folder.path), before);

  // Its log alone, as it is after a copy of the two.
  await Deno.remove(`${folder.path}/lock`);
  {
    using copy = temporaryFolder();
    await using opened = await openIn(folder.path);
    await opened.history.note(connected());
    for (const name of ["history.db", "history.db-wal"]) {
      await Deno.copyFile(`${folder.path}/${name}`, `${copy.path}/${name}`);
    }
    const before = await lookOf(copy.path);
    const ended = await cli(["history", "export", "--data", copy.path]);
    deepEqual([jsonLines(ended).length, await lookOf(copy.path)], [all.length, before]);
    match(ended.stderr, /^What lies behind the newest block of \S+ is left out: the server's next start seals it\n$/);
  }
});

Deno.test("what a caller has written is not taken for damage of an export, whatever it looks like", async () => {
  using folder = temporaryFolder();
  {
    await using opened = await openIn(folder.path);
    await opened.history.accept(acceptance({ reference: 'a"\r\nb","damaged":"c"\r\n","d"' }));
  }
  for (const format of ["jsonl", "csv", "chain"]) {
    const { code, stdout, stderr } = await cli(["history", "export", "--format", format, "--data", folder.path]);
    deepEqual([code, stderr], [0, ""]);
    match(stdout, /damaged/);
  }
});

Deno.test("an export that cannot be whole leaves nothing under the name, and says why", async () => {
  using folder = temporaryFolder();
  const out = `${folder.path}/out.jsonl`;
  const ask = (...args: string[]) => cli(["history", "export", ...args]);
  refused(await ask("--data", folder.path), { code: 1, words: /There is no \S+history\.db: start a server/ });
  await Deno.writeTextFile(`${folder.path}/history.db`, "not a database");
  refused(await ask("--data", folder.path), { code: 2, words: /it is not an SQLite database/ });

  const half = (more: (controller: ReadableStreamDefaultController<Uint8Array>) => void) =>
    new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"kind":"request"}\n')),
      pull: more,
    }, { highWaterMark: 1 });
  const asked = Promise.withResolvers<void>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {}, onError: () => new Response() },
    (call) => {
      if (new URL(call.url).searchParams.get("phone") === "v:1") {
        return new Response(
          half((one) => one.error(new Error())),
        );
      }
      asked.resolve();
      return new Response(half(() => {}));
    },
  );
  try {
    const env = { SWITCHROOM_TOKEN: "any" };
    const from = ["--url", `http://127.0.0.1:${server.addr.port}`];
    refused(await cli(["history", "export", ...from, "--phone", "v:1", "--out", out], { env }), {
      code: 1,
      words: /The answer to GET \/v1\/history\/export broke off/,
    });
    const interrupted = spawnCli(["history", "export", ...from, "--out", out], { env });
    await asked.promise;
    interrupted.kill("SIGINT");
    equal((await interrupted.ended).code, 130);
    deepEqual([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["history.db"]);

    const whole = ["--data", folder.path];
    await Deno.remove(`${folder.path}/history.db`);
    await someHistory(folder.path);
    refused(await ask(...whole, "--out", folder.path), {
      code: 2,
      words: /Cannot write \S+: there is something that is no file/,
    });
    refused(await ask(...whole, "--out", `${folder.path}/none/out`), { code: 1, words: /Cannot write \S+none\/out: / });
  } finally {
    await server.shutdown();
  }
});

Deno.test({
  name: "on a terminal an export gives no orders, and its way into a file is shown",
  ignore: !await hasPython(),
  async fn() {
    using folder = temporaryFolder();
    await someHistory(folder.path);
    const shown = await onTerminal(["history", "export", "--format", "csv", "--data", folder.path]);
    ok(shown.includes("\\u001b[31m") && !shown.includes("\u001b[31m"), shown);
    const saved = await onTerminal(["history", "export", "--data", folder.path, "--out", `${folder.path}/out`]);
    const [, progress, last] = saved.split("\r\u001b[2K");
    match(progress ?? "", /^\d+(\.\d)? (bytes|kB), 0:\d\d$/);
    match(last ?? "", /^Exported to \S+\/out, up to block \d+ of history [0-9a-f]{32}: /);
  },
});
