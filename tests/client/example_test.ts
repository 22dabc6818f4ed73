import { deepEqual, equal, match } from "node:assert/strict";
import { startServer } from "../harness/start_server.ts";

const REPOSITORY = new URL("../../", import.meta.url);

/** A guard against hanging, never a measure: programs are checked on machines that do much else. */
const PATIENCE_MS = 300_000;

/** Runs Deno in the repository. */
async function deno(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: REPOSITORY,
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).output();
  equal(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** What programs print that stand in a document and need a server, one after the other, each so often. */
async function printed(document: string, { times = 1 } = {}): Promise<string[]> {
  const text = await Deno.readTextFile(new URL(document, REPOSITORY));
  const examples = [...text.matchAll(/```ts ignore\n(import \{ [\w, ]+ \} from "switchroom\/client";[^]*?)```/g)];
  await using undo = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir();
  undo.defer(() => Deno.remove(folder, { recursive: true }));
  const files = examples.map((_, index) => `${folder}/${index}.ts`);
  for (const [index, [, example = ""]] of examples.entries()) await Deno.writeTextFile(files[index]!, example);
  await deno("check", "--config=deno.json", ...files);

  await using server = await startServer();
  const run = ["run", "--no-check", "--no-prompt", "--config=deno.json", "--allow-net=127.0.0.1"];
  const all: string[] = [];
  for (const file of files) {
    for (let time = 0; time < times; time++) all.push(await deno(...run, file, server.url, server.token));
  }
  return all;
}

Deno.test("the README's example of the client runs as it stands, more than once", async () => {
  const all = await printed("README.md", { times: 2 });
  equal(all.length, 2);
  for (const one of all) match(one, /^request \d+ succeeded\n(1 PHONE_STATE\n2|1) PHONE_REPLY\n$/);
});

Deno.test("the examples of the client's page run as they stand, one after the other", async () => {
  const [application = "", rejecting = "", events = "", rotated = "", server = "", ...others] = await printed(
    "docs/client.md",
  );
  equal(application, "Closed\n");
  match(rejecting, /^setRing of virtual:desk-1 failed: .+\nfailed PHONEERR_INVALRINGMODE\n$/);
  match(events, /^The handset is at 100 %\nLamp 12 is steady\nButton 12 was held for [4-9]\d\d+ ms\n$/);
  equal(rotated, "virtual:desk-1\n");
  match(server, /^\d+ virtual:desk-1 succeeded\n(virtual:desk-1 owner\n){3}true\n$/);
  equal(others.length, 0);
});

Deno.test("the application of the page for who comes from TAPI runs as it stands", async () => {
  deepEqual(await printed("docs/from-tapi.md"), ["PHONE_STATE\nPHONE_REPLY\nsucceeded steady\n"]);
});
