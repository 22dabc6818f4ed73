import { deepEqual, equal, match, ok } from "node:assert/strict";
import { z } from "zod";
import deno from "../../deno.json" with { type: "json" };
import { cli } from "../cli/support/cli.ts";
import { api } from "../harness/api.ts";
import { startServer } from "../harness/start_server.ts";
import { readOnly, whyNoMount } from "./mounts.ts";
import { runServer } from "./operator.ts";
import { skipLoudly, temporaryFolder } from "./temporary.ts";

/** What a server and its command line import: what only tests import, and what only some configurations need, is not there. */
const IMPORTED = [
  ...["zod", "hono", "kysely", "@logtape/logtape", "fastest-levenshtein", "strip-json-comments", "@opentelemetry/api"],
  ...["prom-client", "tdigest", "bintrees"],
];

/** Nobody is there: whoever asks for a package fails at once. */
const OFFLINE = { HTTPS_PROXY: "http://127.0.0.1:9", HTTP_PROXY: "http://127.0.0.1:9", NO_PROXY: "127.0.0.1" };

/** Where this Deno keeps the packages of its registry. */
async function cacheOfPackages(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", "--no-config"] }).output();
  const { npmCache } = z.object({ npmCache: z.string() }).parse(JSON.parse(new TextDecoder().decode(stdout)));
  return npmCache;
}

/** Fills a cache with the packages of these names, as they lie in this Deno's own, and with nothing else. */
async function fill(cache: string, names: readonly string[]): Promise<void> {
  const from = await cacheOfPackages();
  for await (const { name: registry } of Deno.readDir(from)) {
    for (const name of names) {
      const to = `${cache}/npm/${registry}/${name}`;
      await Deno.mkdir(to.slice(0, to.lastIndexOf("/")), { recursive: true });
      const { success } = await new Deno.Command("cp", { args: ["-r", `${from}/${registry}/${name}`, to] }).output();
      ok(success, `${name} is in the cache ${from}`);
    }
  }
}

Deno.test({
  name:
    "a server starts, does its work and is called with the packages alone that it imports, from a cache that cannot be written",
  ignore: skipLoudly(whyNoMount(), "a cache of packages that may only be read"),
  async fn() {
    using folder = temporaryFolder();
    {
      // Whatever it needs is then in this Deno's own cache.
      await using _server = await startServer({ args: ["--safe"] });
      equal((await cli(["--version"])).code, 0);
    }
    await fill(folder.path, IMPORTED);
    using cache = readOnly(folder.path);
    const env = { ...OFFLINE, DENO_DIR: cache.path };
    await using server = await startServer({ env });
    const lamp = ["request", "setLamp", "virtual:desk-1", "lamp=20", "mode=flash", "--data", server.data];
    const { code, stderr } = await cli(lamp, { env });
    deepEqual({ code, stderr }, { code: 0, stderr: "" });
    const metrics = await api(server)("GET", "/metrics");
    equal(metrics.status, 200);
    equal((await server.stop()).code, 0, server.output());
  },
});

Deno.test({
  name: "an empty cache that cannot be written is told as such, with what to do: exit 2, and nothing is left behind",
  ignore: skipLoudly(whyNoMount(), "an empty cache that may only be read"),
  async fn() {
    using folder = temporaryFolder();
    using cache = readOnly(folder.path);
    for (const DENO_DIR of [cache.path, `${cache.path}/below/it`]) {
      const env = { ...OFFLINE, DENO_DIR };
      const { code, stderr } = await runServer(["--data", `${folder.path}/data`], { env });
      match(
        stderr,
        new RegExp(
          `^switchroom: Cannot write ${DENO_DIR}, where Deno keeps the packages .*: name another .* DENO_DIR`,
          "m",
        ),
      );
      equal(code, 2);
    }
    deepEqual([...Deno.readDirSync(folder.path)], []);
  },
});

Deno.test("packages that cannot be had are told as such, with where they come from: exit 1", async () => {
  using folder = temporaryFolder();
  const { code, stderr } = await cli(["--version"], { env: { ...OFFLINE, DENO_DIR: folder.path } });
  equal(code, 1);
  match(stderr, /^switchroom: Cannot get the packages .*NPM_CONFIG_REGISTRY/m);
});

Deno.test("what the checkout's own manifest imports is what the server imports, and no package of the tests", () => {
  const optional = /^npm:@peculiar\/asn1-/;
  const packages = Object.entries(deno.imports).filter(([, to]) => to.startsWith("npm:") && !optional.test(to));
  const direct = IMPORTED.filter((name) => !["tdigest", "bintrees"].includes(name));
  deepEqual(packages.map(([name]) => name).sort(), direct.sort());
  ok(deno.unstable.includes("npm-lazy-caching"), "or Deno fetches all that the lock names");
});
