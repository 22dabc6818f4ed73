import { deepEqual, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { skipLoudly, temporaryFolder } from "../faults/temporary.ts";
import { collect } from "../harness/printed.ts";
import { startServer } from "../harness/start_server.ts";
import { unlessFlagged } from "./flag.ts";

const REGISTRY = fileURLToPath(new URL("registry.ts", import.meta.url));

/** What may be fetched, bytes of packages, and what may be left, MiB. */
const MOST = { bytes: 4_000_000, mebibytes: 30 };

Deno.test({
  name:
    "with an empty cache a start fetches 4 MB of packages at most, none that the server does not import, and leaves 30 MiB at most",
  ignore: skipLoudly(unlessFlagged(), "what a first start fetches"),
  async fn() {
    using folder = temporaryFolder();
    const { stdout: real } = await new Deno.Command("npm", { args: ["config", "get", "registry"] }).output();
    const registry = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-config", "--allow-net", REGISTRY, new TextDecoder().decode(real).trim()],
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const printed = collect([registry.stdout]);
    const port = await printed.match(/^(\d+)$/m);
    {
      await using _server = await startServer({
        env: { DENO_DIR: folder.path, NPM_CONFIG_REGISTRY: `http://127.0.0.1:${port}/` },
      });
    }
    registry.kill("SIGTERM");
    await registry.status;
    await printed.end();
    const fetched = [...printed.text().matchAll(/^\/(.+)\/-\/\S+ (\d+)$/gm)];
    deepEqual(fetched.map(([, name]) => name).sort(), [
      ...["@logtape/logtape", "@opentelemetry/api", "bintrees", "fastest-levenshtein", "hono", "kysely", "prom-client"],
      ...["strip-json-comments", "tdigest", "zod"],
    ]);
    const bytes = fetched.reduce((sum, [, , length]) => sum + Number(length), 0);
    const { stdout } = await new Deno.Command("du", { args: ["-sm", folder.path] }).output();
    const mebibytes = Number.parseInt(new TextDecoder().decode(stdout));
    console.log(`a first start fetches ${bytes} bytes of packages and leaves ${mebibytes} MiB`);
    ok(bytes <= MOST.bytes, `${bytes} bytes`);
    ok(mebibytes <= MOST.mebibytes, `${mebibytes} MiB`);
  },
});
