import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { fileURLToPath, pathToFileURL } from "node:url";
import deno from "../../deno.json" with { type: "json" };
import { packNpm } from "../../packaging/npm.ts";
import { DENO_VERSION } from "../../packaging/pinned.ts";
import { stage } from "../../packaging/stage.ts";
import * as client from "../../server/client/mod.ts";
import * as plugin from "../../server/plugin/mod.ts";
import { skipLoudly } from "../faults/temporary.ts";
import { HAS_NODE, installNode } from "../harness/node_22.ts";
import { startServer } from "../harness/start_server.ts";
import { unlessFlagged } from "./flag.ts";

const FLASHED = {
  outcome: "succeeded",
  rejected: ["NotSucceeded", "PHONEERR_INVALBUTTONLAMPID"],
  types: ["PHONE_STATE", "PHONE_REPLY"],
  lamp: { lamp: 20, mode: "flash" },
};

/** `deno task pack`, from wherever. */
const PACK = ["task", "--quiet", "--config", fileURLToPath(new URL("../../deno.json", import.meta.url)), "pack"];

let folder = "";
let tarball = new URL("file:///");

/** Runs a program in the folder that the package is in; gives what it printed. */
async function run(program: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(program, { args, cwd: folder }).output();
  equal(code, 0, new TextDecoder().decode(stderr) + new TextDecoder().decode(stdout));
  return new TextDecoder().decode(stdout);
}

Deno.test.beforeAll(async () => {
  folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "switchroom npm " }));
  tarball = await packNpm(await stage(pathToFileURL(`${folder}/staged/`)), pathToFileURL(`${folder}/`));
  await Deno.mkdir(`${folder}/node_modules/switchroom`, { recursive: true });
  // As npm unpacks it.
  await run("tar", "-xzf", fileURLToPath(tarball), "--strip-components=1", "--directory=node_modules/switchroom");
  await Deno.writeTextFile(
    `${folder}/package.json`,
    JSON.stringify({ type: "module", dependencies: { switchroom: deno.version } }),
  );
});
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

Deno.test("the npm package names its version, its command and the pinned Deno as all that it depends on", async () => {
  equal(fileURLToPath(tarball), `${folder}/switchroom-${deno.version}.tgz`);
  const read = (name: string) => Deno.readTextFile(`${folder}/node_modules/switchroom/${name}`);
  const { name, version, license, bin, dependencies } = JSON.parse(await read("package.json"));
  deepEqual({ name, version, license }, { name: "switchroom", version: deno.version, license: deno.license });
  deepEqual(dependencies, { deno: DENO_VERSION });
  ok((await read("../../package.json")).includes(version));
  deepEqual(bin, { switchroom: "bin/switchroom" });
  const listed = await run("tar", "-tvzf", fileURLToPath(tarball));
  ok(/^-rwxr-xr-x 0\/0 .* package\/bin\/switchroom$/m.test(listed), "the command can be run by everybody");
  deepEqual(listed.split("\n").filter((line) => /package\/(tests|examples|packaging|deno\.lock|\.)/.test(line)), []);
});

Deno.test("README.md and CI name the Deno that packages bring along", async () => {
  for (const name of ["README.md", ".ci/run"]) {
    const text = await Deno.readTextFile(new URL(`../../${name}`, import.meta.url));
    deepEqual([...new Set(text.match(/(?<=deno@)[\d.]+/g))], [DENO_VERSION], name);
  }
});

/** A program and a plugin as somebody writes them elsewhere; what is wrong in them is what the types must find. */
const TYPED = `
import { connect, NotSucceeded, type Phone } from "switchroom/client";
import { definePlugin, type Driver, PhoneError } from "switchroom/plugin";

export async function ring(phone: Phone): Promise<number> {
  // @ts-expect-error A volume is a number.
  await phone.setVolume({ device: "handset", volume: "loud" });
  const { requestId } = await phone.setRing({ mode: 1, volume: 30_000 });
  return requestId;
}

export const application = connect("http://127.0.0.1:8274", { name: "typed", token: "secret" });
export const told = (error: unknown) => error instanceof NotSucceeded ? error.outcome : undefined;

const driver: Driver = {
  setLamp({ lamp, mode }) {
    // @ts-expect-error There is no such mode.
    if (mode === "purple") throw new PhoneError("OPERATIONFAILED");
    if (lamp > 3) throw new PhoneError("INVALBUTTONLAMPID", "It has three");
  },
};

export default definePlugin((host) => ({
  async start() {
    await host.addPhone({ id: "door", name: "Door", capabilities: { states: ["lamp"] } }, driver);
  },
}));
`;

Deno.test("the client and the SDK of the package have their types, elsewhere, for TypeScript at its strictest and for Deno", async () => {
  await Deno.writeTextFile(`${folder}/typed.ts`, TYPED);
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: false,
    types: [],
    target: "es2022",
    lib: ["esnext", "dom"],
    module: "nodenext",
  };
  await Deno.writeTextFile(`${folder}/tsconfig.json`, JSON.stringify({ compilerOptions, files: ["typed.ts"] }));
  // By the checkout's lock, which has the TypeScript that the types were made with.
  const checkout = fileURLToPath(new URL("../../deno.json", import.meta.url));
  const flags = ["--quiet", "--config", checkout, "--allow-read", "--allow-env", "--allow-sys"];
  await run(Deno.execPath(), "run", ...flags, "npm:typescript@^6/tsc", "--project", `${folder}/tsconfig.json`);
  await run(Deno.execPath(), "check", "typed.ts");
});

Deno.test("the client and the SDK of the package export what the checkout's do", async () => {
  for (const [name, checkout] of Object.entries({ client, plugin })) {
    const packed = await import(pathToFileURL(`${folder}/node_modules/switchroom/lib/${name}.js`).href);
    deepEqual(Object.keys(packed), Object.keys(checkout));
  }
});

Deno.test("two packages of one commit are the same in every byte, whoever makes them, and deno task pack says which", async () => {
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", 'umask 077 && exec "$@"', "sh", Deno.execPath(), ...PACK, "--out", "again"],
    cwd: folder,
    // Deno's task leaves that as it finds it, such as that of an npx around these tests.
    env: { INIT_CWD: folder, TZ: "Pacific/Auckland", LC_ALL: "C" },
  }).output();
  equal(code, 0, new TextDecoder().decode(stderr));
  const again = `${folder}/again/switchroom-${deno.version}.tgz`;
  deepEqual(Buffer.from(await Deno.readFile(again)).compare(await Deno.readFile(tarball)), 0);
  await Deno.writeFile(`${folder}/SHA256SUMS`, stdout);
  equal(await run("sha256sum", "--check", "SHA256SUMS"), `${again}: OK\n`);
});

Deno.test("deno task pack refuses what it does not know, and a folder that is a file, and makes nothing", async () => {
  await Deno.writeTextFile(`${folder}/a-file`, "");
  for (
    const [args, says] of [
      [["--output", "x"], /^pack: Unknown option '--output'/],
      [["everything"], /^pack: Unexpected argument 'everything'/],
      [["--out", `${folder}/a-file`], /^pack: Cannot pack into .*\/a-file: it is no folder/m],
    ] as const
  ) {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...PACK, ...args],
      cwd: folder,
    }).output();
    deepEqual([code, stdout.length], [1, 0]);
    match(new TextDecoder().decode(stderr), says);
  }
});

for (const version of ["22.23.3", "22.0.0"]) {
  Deno.test({
    name: `the client of the package works in Node ${version}, and so does the example of docs/using.md`,
    ignore: !HAS_NODE || version === "22.0.0" && skipLoudly(unlessFlagged(), "the client in the oldest Node 22"),
    async fn() {
      const place = `${folder}/${version}`;
      await Deno.mkdir(place);
      const node = await installNode(place, version);
      await writeProgram("node.mjs");
      await using server = await startServer();
      const { url, token } = server;
      deepEqual(JSON.parse(await node(`${folder}/node.mjs`, url, token)), { runtime: "Node.js/22", ...FLASHED });

      const guide = await Deno.readTextFile(new URL("../../docs/using.md", import.meta.url));
      const [, example = ""] = /```js ignore\n(import \{ connect \}[^]*?)```/.exec(guide) ?? [];
      await Deno.writeTextFile(`${folder}/example.mjs`, example);
      equal(await node(`${folder}/example.mjs`, url, token), "flash\n");
    },
  });
}

Deno.test("the client of the package works in Deno", async () => {
  await writeProgram("deno.mjs");
  await using server = await startServer();
  const { url, token } = server;
  const printed = await run(Deno.execPath(), "run", "--allow-net=127.0.0.1", "deno.mjs", url, token);
  deepEqual(JSON.parse(printed), { runtime: `Deno/${Deno.version.deno}`, ...FLASHED });
});

Deno.test({
  name: "the client of the package works in a page, which imports its one file as it is",
  ignore: !HAS_NODE,
  async fn() {
    const program = fileURLToPath(new URL("../client/browser_program.ts", import.meta.url));
    await using server = await startServer();
    const { url, token } = server;
    const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", program, url, token, `${folder}/node_modules/switchroom/lib/client.js`],
    }).output();
    ok(success, new TextDecoder().decode(stderr));
    const { sameOrigin } = JSON.parse(new TextDecoder().decode(stdout));
    deepEqual(sameOrigin, { stranger: 401, outcome: "succeeded", cookie: "" });
  },
});

/** What the test of the client has Node do, but with the package's client. */
async function writeProgram(name: string): Promise<void> {
  const program = await Deno.readTextFile(new URL("../client/node_program.ts", import.meta.url));
  const written = program.replace("../../server/client/mod.ts", "switchroom/client");
  notEqual(written, program);
  await Deno.writeTextFile(`${folder}/${name}`, written);
}
