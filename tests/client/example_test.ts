import { deepEqual, equal, match } from "node:assert/strict";
import { startServer } from "../harness/start_server.ts";

const REPOSITORY = new URL("../../", import.meta.url);

/** What programs print that stand in a document and need a server, one after the other, each so often. */
async function printed(document: string, { times = 1 } = {}): Promise<string[]> {
  const text = await Deno.readTextFile(new URL(document, REPOSITORY));
  const examples = [...text.matchAll(/```ts ignore\n(import \{ [\w, ]+ \} from "switchroom\/client";[^]*?)```/g)];
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  const all: string[] = [];
  await using server = await startServer();
  for (const [, example = ""] of examples) {
    await Deno.writeTextFile(file, example);
    for (let run = 0; run < times; run++) {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--check",
          "--no-prompt",
          "--config=deno.json",
          "--allow-net=127.0.0.1",
          file,
          server.url,
          server.token,
        ],
        cwd: REPOSITORY,
        signal: AbortSignal.timeout(60_000),
      }).output();
      equal(code, 0, new TextDecoder().decode(stderr));
      all.push(new TextDecoder().decode(stdout));
    }
  }
  await Deno.remove(file);
  return all;
}

Deno.test("the README's example of the client runs as it stands, more than once", async () => {
  const all = await printed("README.md", { times: 2 });
  equal(all.length, 2);
  for (const one of all) match(one, /^request \d+ succeeded\n(1 PHONE_STATE\n2|1) PHONE_REPLY\n$/);
});

Deno.test("the examples of the client's page run as they stand, one after the other", async () => {
  const [application = "", rejecting = "", server = "", ...others] = await printed("docs/client.md");
  equal(application, "Closed\n");
  match(rejecting, /^setRing of virtual:desk-1 failed: .+\nfailed PHONEERR_INVALRINGMODE\n$/);
  match(server, /^\d+ virtual:desk-1 succeeded\n(virtual:desk-1 owner\n){2}true\n$/);
  equal(others.length, 0);
});

Deno.test("the application of the page for who comes from TAPI runs as it stands", async () => {
  deepEqual(await printed("docs/from-tapi.md"), ["PHONE_STATE\nPHONE_REPLY\nsucceeded steady\n"]);
});
