import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { signerOf } from "../../server/checkpoints/mod.ts";
import type { Checkpoint } from "../../server/core/contract/history.ts";
import { cli } from "../cli/support/cli.ts";
import { refused } from "../cli/support/refused.ts";
import { runServer } from "../faults/operator.ts";
import { temporaryFolder } from "../faults/temporary.ts";
import { api } from "../harness/api.ts";
import { startServer } from "../harness/start_server.ts";
import { linesOf } from "./support/lines.ts";
import { checkOnPage, PAGE, toolsAre } from "./support/page.ts";

/** The secret key of RFC 8032, 7.1, test 1, as PKCS #8 has it (RFC 8410). */
const RFC_KEY = "302e020100300506032b657004220420" + "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

function pem(label: string, bytes: string): string {
  return `-----BEGIN ${label}-----\n${bytes}\n-----END ${label}-----\n`;
}

Deno.test("the example of history-format.md is what the key of RFC 8032 gives", () => {
  const example: Checkpoint = JSON.parse(/```json\n(.*?)\n```/s.exec(PAGE)?.[1] ?? "");
  const { key: _, signature: __, ...bare } = example;
  const sign = signerOf(pem("PRIVATE KEY", Uint8Array.fromHex(RFC_KEY).toBase64()));
  deepEqual(sign(bare), example);
});

Deno.test({
  name:
    "the commands of history-format.md check what a server has signed, wherever it came from, and refuse what was changed",
  ignore: !await toolsAre("python3", "openssl"),
  async fn() {
    using folder = temporaryFolder();
    const key = `${folder.path}/key.pem`;
    const file = `${folder.path}/kept.jsonl`;
    const made = await cli(["history", "key", key]);
    deepEqual([made.code, made.stderr], [0, ""]);
    match(made.stdout, /^-----BEGIN PUBLIC KEY-----\n\S{60}\n-----END PUBLIC KEY-----\n$/);
    equal((await Deno.stat(key)).mode! & 0o777, 0o600);
    let answered: Checkpoint;
    {
      await using server = await startServer({ config: { plugins: [], checkpoints: { key, file } } });
      ({ body: answered } = await api(server)<Checkpoint>("GET", "/v1/history/checkpoint"));
      const { status, body } = await api(server)<{ ok: boolean }>("POST", "/v1/history/verify", {
        body: { checkpoint: answered },
      });
      deepEqual([status, body.ok], [200, true]);
      await server.stop();
      match(server.output(), / hash=[0-9a-f]{64} at=\S+ key=\S+ signature=\S+\n$/);
    }
    const lines = linesOf(file);
    equal(lines.length, 2);
    await Deno.writeTextFile(`${folder.path}/public.pem`, made.stdout);
    const check = (...checkpoints: unknown[]) => checkOnPage("openssl pkeyutl", { checkpoints, folder: folder.path });
    const right = { code: 0, said: "Signature Verified Successfully\n" };
    for (const checkpoint of [answered, ...lines]) {
      ok(made.stdout.includes(`\n${checkpoint.key}\n`));
      deepEqual(await check(checkpoint), right);
    }
    const [first, last] = lines;
    deepEqual(await check(...lines), right);
    for (const changed of [{ ...first!, hash: last!.hash }, { ...first!, at: last!.at }]) {
      const { code, said } = await check(last, changed);
      match(said, /Signature Verification Failure/);
      equal(code, 1);
      // What the run before has left beside it is not taken for what is asked about.
      deepEqual(await check(first), right);
      const { key: _, signature: __, ...unsigned } = first!;
      for (const none of [unsigned, "}"]) {
        const { code, said } = await check(last, none);
        notEqual(code, 0, said);
        equal(/Verified/.test(said), false, said);
      }
    }
  },
});

Deno.test("history key overwrites nothing, and makes no key in a data folder or where there is no folder", async () => {
  using folder = temporaryFolder();
  const key = `${folder.path}/key.pem`;
  await Deno.writeTextFile(key, "precious");
  refused(await cli(["history", "key", key]), {
    code: 2,
    words: /Cannot make the key \S+: .*exists.* Name a new file/,
  });
  equal(await Deno.readTextFile(key), "precious");
  refused(await cli(["history", "key", `${folder.path}/none/key.pem`]), { code: 2, words: /No such file/ });
  await Deno.mkdir(`${folder.path}/data/backups`, { recursive: true });
  await Deno.writeTextFile(`${folder.path}/data/history.db`, "");
  await Deno.symlink(`${folder.path}/data`, `${folder.path}/link`);
  for (const at of ["data", "data/backups", "link"]) {
    const path = `${folder.path}/${at}/key.pem`;
    refused(await cli(["history", "key", path]), { code: 2, words: /data is a data folder, of which copies are made/ });
    equal(await Deno.stat(path).catch(() => undefined), undefined);
  }
});

Deno.test("a key that other users can read is told by the log at the start and by doctor", async () => {
  using folder = temporaryFolder();
  const key = `${folder.path}/key.pem`;
  equal((await cli(["history", "key", key])).code, 0);
  const config = `${folder.path}/config.json`;
  await Deno.writeTextFile(config, JSON.stringify({ plugins: [], checkpoints: { key } }));
  for (const [mode, isTold] of [[0o600, false], [0o644, true]] as const) {
    await Deno.chmod(key, mode);
    const { stdout } = await cli(["doctor", "--config", config, "--data", `${folder.path}/none`]);
    match(stdout, isTold ? /! checkpoints\.key: \S+ is open to other users.* chmod 600 / : /✓ checkpoints\.key: /);
    await using server = await startServer({ config: { plugins: [], checkpoints: { key } } });
    equal(/checkpoints\.key is open to other users of this machine/.test(server.output()), isTold);
  }
});

Deno.test("a server whose key is none, is of another kind or lies in its data folder does not start: exit 2, and no part of a key is told", async () => {
  using folder = temporaryFolder();
  const data = `${folder.path}/data`;
  const secret = Uint8Array.fromHex(RFC_KEY).toBase64();
  const { privateKey } = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign"]);
  const other = pem("PRIVATE KEY", new Uint8Array(await crypto.subtle.exportKey("pkcs8", privateKey)).toBase64());
  await Deno.mkdir(data);
  for (
    const [path, text, words] of [
      ["key.pem", undefined, /Cannot use checkpoints\.key \S+key\.pem: No such file/],
      ["key.pem", secret, /must be a private key of Ed25519 in PEM.* as history key makes it/],
      ["key.pem", other, /must be a private key of Ed25519/],
      ["data/key.pem", pem("PRIVATE KEY", secret), /it lies in the data folder/],
    ] as const
  ) {
    if (text !== undefined) await Deno.writeTextFile(`${folder.path}/${path}`, text);
    const config = `${folder.path}/config.json`;
    await Deno.writeTextFile(config, JSON.stringify({ checkpoints: { key: path } }));
    const { code, stdout, stderr } = await runServer(["--data", data, "--listen", "127.0.0.1:0", "--config", config]);
    deepEqual([code, stdout, stderr.trimEnd().split("\n").length], [2, "", 1], stderr);
    match(stderr, words);
    equal(stderr.includes(secret.slice(0, 20)), false);
  }
});
