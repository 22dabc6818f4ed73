import { retry } from "@std/async/retry";
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { saysExceeded } from "../../server/host/mod.ts";
import { HostBench, NOTHING, onePhone, type PluginSource, writePlugin } from "./testbed.ts";

const MEGABYTE = 1_048_576;
const SAYS_PID = `{ devSpecific() { host.log("pid " + Deno.pid); } }`;

/** The version of a package that is in the cache, for the server itself imports it. */
const ZOD = JSON.parse(await Deno.readTextFile(new URL("../../deno.lock", import.meta.url))).specifiers["npm:zod@4"];

/** What a shell prints of a process: this test may not look into /proc itself. */
async function shell(script: string, ...args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", script, "sh", ...args] }).output();
  return new TextDecoder().decode(stdout);
}

/** The number of the plugin's process, which its driver logs. */
async function pidOf(bench: HostBench): Promise<string> {
  await bench.process.open("p", NOTHING);
  bench.operate(1);
  await bench.untilTrue("its number", () => /pid \d+/.test(bench.logText));
  return /pid (\d+)/.exec(bench.logText)?.[1] ?? "";
}

/** Why a process of the plugin was ended. */
async function endOf(bench: HostBench): Promise<string> {
  const [, cause, detail] = await bench.until("gone", ([name]) => name === "gone");
  equal(cause, "pluginCrash");
  return String(detail);
}

/** The folders in which runtimes of plugins keep things. */
function temporaryFolders(bench: HostBench): string[] {
  return [...Deno.readDirSync(`${bench.folder}/temporary`)].map(({ name }) => name);
}

Deno.test("invariant 6: a plugin's process has its limits from its start, as the system tells them", async () => {
  await using bench = await HostBench.run({ code: onePhone(SAYS_PID) }, {
    config: { fileMb: 20, openFiles: 100, heapMb: 64, memoryMb: 256 },
  });
  const pid = await pidOf(bench);
  const limits = await shell('cat "/proc/$1/limits"', pid);
  const limit = (name: string) => limits.split("\n").find((line) => line.startsWith(name))?.split(/\s{2,}/).slice(1, 3);
  deepEqual(limit("Max file size"), [`${20 * MEGABYTE}`, `${20 * MEGABYTE}`]);
  deepEqual(limit("Max open files"), ["100", "100"]);
  deepEqual(limit("Max data size"), [`${(6_144 + 320) * MEGABYTE}`, `${(6_144 + 320) * MEGABYTE}`]);
  deepEqual(limit("Max core file size"), ["0", "0"]);
  equal(await shell('cat "/proc/$1/oom_score_adj"', pid), "500\n");
});

Deno.test({
  name: "a plugin's process does not take the processor from the server by being woken",
  ignore: (await shell("command -v chrt")) === "",
  async fn() {
    await using bench = await HostBench.run({ code: onePhone(SAYS_PID) });
    match(
      await shell('chrt -a -p "$1"', await pidOf(bench)),
      /^(pid \d+'s current scheduling policy: SCHED_BATCH\n.*\n)+$/,
    );
  },
});

Deno.test("invariant 6: of two processes that spin on one processor the plugin's gets much less than one that weighs as the server", async () => {
  const spins = `{ devSpecific() { host.log("pid " + Deno.pid); setTimeout(() => { for (;;); }, 50); } }`;
  await using bench = await HostBench.run({ code: onePhone(spins) }, { bounds: { missedHeartbeats: 1_000 } });
  const plugin = await pidOf(bench);
  const other = new Deno.Command("sh", { args: ["-c", "while :; do :; done"], detached: true }).spawn();
  try {
    const pids = [plugin, String(other.pid)];
    await shell('for pid; do taskset -a -p -c 0 "$pid"; done', ...pids);
    const used = async () => {
      const lines = await shell('for pid; do cat "/proc/$pid/stat"; done', ...pids);
      // Ticks in user and in system mode, from the 14th field on; the second, a name, may hold blanks.
      return lines.trim().split("\n").map((line) => {
        const fields = line.slice(line.lastIndexOf(")") + 2).split(" ").map(Number);
        return (fields[11] ?? 0) + (fields[12] ?? 0);
      });
    };
    let before = await used();
    await retry(async () => {
      const now = await used();
      const [ours = 0, theirs = 0] = now.map((ticks, index) => ticks - (before[index] ?? 0));
      ok(ours + theirs >= 50, `${ours} and ${theirs} ticks`);
      before = now;
      ok(ours * 3 < theirs, `the plugin had ${ours} ticks, the other ${theirs}`);
    }, { minTimeout: 100, maxTimeout: 1_000, maxAttempts: 40 });
  } finally {
    other.kill("SIGKILL");
    await other.status;
  }
});

Deno.test("invariant 6: a granted file ends at its limit, the plugin is ended with that reason, and another plugin answers all the while", async () => {
  await using bench = await HostBench.of(async (parent) => {
    const granted = `${parent}/granted`;
    await Deno.mkdir(granted);
    const grants = { write: [granted] };
    const writes = onePhone(`{
      async devSpecific() {
        using file = await Deno.open(${JSON.stringify(`${granted}/file`)}, { create: true, append: true });
        for (;;) await file.write(new Uint8Array(65_536));
      },
    }`);
    const gentle = onePhone("{ getRing: () => ({ mode: 1, volume: 2 }) }");
    return [
      { source: await writePlugin(parent, { code: writes, manifest: { permissions: grants } }), grants, fileMb: 16 },
      { source: await writePlugin(parent, { code: gentle, manifest: { name: "gentle" } }) },
    ];
  });
  await bench.host.start();
  await bench.untilTrue("both plugins", () => bench.told.filter(([name]) => name === "settle").length === 2);
  const admitted = bench.told.filter(([name]) => name === "admit").map(([, plugin]) => plugin);
  const writing = bench.processes[admitted.indexOf("test")];
  const gentle = bench.processes[admitted.indexOf("gentle")];
  ok(writing && gentle);
  await writing.open("p", NOTHING);
  writing.operate({ requestId: 1, phone: "p", operation: "devSpecific", params: { params: "" }, remainingMs: 30_000 });
  const ended = endOf(bench);
  let answers = 0;
  for (let gone = false; !gone; answers++) {
    deepEqual(await gentle.get("p", { getter: "getRing", params: {} }), { mode: 1, volume: 2 });
    gone = bench.told.some(([name]) => name === "gone");
  }
  equal(await ended, "it exceeded its limit of file size, 16 MB (fileMb)");
  ok(saysExceeded(await ended));
  equal((await Deno.stat(`${bench.folder}/granted/file`)).size, 16 * MEGABYTE);
  ok(answers > 0);
  await bench.untilTrue("a line", () => bench.logText.includes("it exceeded its limit of file size"));
  deepEqual(await gentle.get("p", { getter: "getRing", params: {} }), { mode: 1, volume: 2 });
});

/** Whatever a plugin's runtime can hold too much of without a grant. */
const EXCESSES: {
  what: string;
  before: string;
  statement: string;
  config: { temporaryMb?: number; memoryMb?: number };
  why: RegExp;
}[] = [
  {
    what: "keeps more in a worker's web cache than it may",
    before: `import "npm:zod@${ZOD}";`,
    statement: `new Worker("data:text/javascript," + encodeURIComponent(
        'const cache = await caches.open("c");' +
        'for (let n = 0; n < 40; n++) await cache.put("http://x.invalid/" + n, new Response(new Uint8Array(1_048_576)));'
      ), { type: "module" });`,
    config: { temporaryMb: 24 },
    why: /^it exceeded its limit of temporary files, 24 MB \(temporaryMb\)$/,
  },
  {
    what: "holds more memory beside its heap than it may",
    before: "",
    statement: `globalThis.held = Array.from({ length: 300 }, () => new Uint8Array(1_048_576).fill(1));`,
    config: { memoryMb: 100 },
    why: /^it exceeded its limit of memory, 228 MB \(heapMb and memoryMb\)$/,
  },
];

Deno.test("what a plugin says of itself is not told as the limit that it exceeded", () => {
  ok(saysExceeded("it exceeded its limit of memory, 228 MB (heapMb and memoryMb)"));
  ok(saysExceeded(
    "it ended 3 times within five minutes, the last time because it exceeded its limit of file size, 64 MB (fileMb)",
  ));
  ok(!saysExceeded("it exceeded its limit of memory, 228 MB (words of a plugin)"));
  ok(!saysExceeded("it exceeded its limit of memory, 228 MB (heapMb and memoryMb). More words"));
});

for (const { what, before: imports, statement, config, why } of EXCESSES) {
  Deno.test(`invariant 6: a plugin that ${what} is ended with that reason, and keeps nothing`, async () => {
    await using bench = await HostBench.run({ code: onePhone(`{ devSpecific() { ${statement} } }`, imports) }, {
      config,
    });
    const before = temporaryFolders(bench);
    equal(before.length, 1);
    await bench.process.open("p", NOTHING);
    bench.operate(1);
    const detail = await endOf(bench);
    match(detail, why);
    ok(saysExceeded(detail));
    await bench.untilTrue("its next process", () => bench.processes.length === 2);
    equal(temporaryFolders(bench).includes(before[0] ?? ""), false, "its folder went with it");
    await bench.host.stop();
    deepEqual(temporaryFolders(bench), []);
  });
}

Deno.test("invariant 6: a file that a plugin has open and that stands in no folder any more counts as a temporary one", async () => {
  await using bench = await HostBench.of(async (parent) => {
    const granted = { write: [`${parent}/granted`], read: [`${parent}/granted`] };
    await Deno.mkdir(`${parent}/granted`);
    const code = onePhone(`{
      async devSpecific() {
        const path = ${JSON.stringify(`${parent}/granted/file`)};
        globalThis.file = await Deno.open(path, { create: true, write: true });
        await Deno.remove(path);
        await globalThis.file.write(new Uint8Array(25_165_825));
      },
    }`);
    const source = await writePlugin(parent, { code, manifest: { permissions: granted } });
    return [{ source, grants: granted, temporaryMb: 24 }];
  });
  await bench.host.start();
  await bench.until("settle", ([name]) => name === "settle");
  await bench.process.open("p", NOTHING);
  bench.operate(1);
  equal(await endOf(bench), "it exceeded its limit of temporary files, 24 MB (temporaryMb)");
});

Deno.test("invariant 6: the runtime of a plugin without packages keeps nothing on the disk", async () => {
  const keep = `caches.open("c").catch((error) => postMessage(String(error)));`;
  await using bench = await HostBench.run({
    code: onePhone(`{
      async devSpecific() {
        const worker = new Worker("data:text/javascript," + encodeURIComponent(${
      JSON.stringify(keep)
    }), { type: "module" });
        host.log("kept: " + await new Promise((resolve) => worker.onmessage = ({ data }) => resolve(data)));
      },
    }`),
  });
  await bench.process.open("p", NOTHING);
  bench.operate(1);
  await bench.untilTrue("its line", () => /kept: Error: Failed to create cache/.test(bench.logText));
  const [folder = ""] = temporaryFolders(bench);
  deepEqual([...Deno.readDirSync(`${bench.folder}/temporary/${folder}`)], []);
});

Deno.test("invariant 6: where no shell can be started the server goes on, and what lies in temporary folders is still looked at", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/file`, "kept");
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "-R",
      "-E",
      "-S",
      "--allow-run",
      new URL("shell_less_process.ts", import.meta.url).href,
      folder,
    ],
    env: { PATH: "/nowhere" },
  }).output();
  await Deno.remove(folder, { recursive: true });
  const words = new TextDecoder();
  equal(words.decode(stdout), "it exceeded its limit of temporary files, 0 MB (temporaryMb)\n", words.decode(stderr));
  ok(success);
});

Deno.test("what a killed server's plugins kept is taken away at the next start", async () => {
  await using bench = await HostBench.of(async (parent) => {
    await Deno.mkdir(`${parent}/temporary/left/deno`, { recursive: true });
    await Deno.writeTextFile(`${parent}/temporary/left/deno/file`, "left");
    return [{ source: await writePlugin(parent, { code: onePhone("{}") }) }];
  });
  await bench.host.start();
  await bench.until("settle", ([name]) => name === "settle");
  equal(temporaryFolders(bench).includes("left"), false);
});

Deno.test("a plugin on a disk on which no temporary folder can be made runs all the same, and that is said", async () => {
  await using bench = await HostBench.of(async (
    parent,
  ) => [{ source: await writePlugin(parent, { code: onePhone("{}") }) }]);
  await bench.host.start();
  await bench.until("settle", ([name]) => name === "settle");
  await bench.host.stop();
  await Deno.remove(`${bench.folder}/temporary`, { recursive: true });
  await Deno.writeTextFile(`${bench.folder}/temporary`, "a file");
  await bench.host.plugins()[0]?.start();
  equal(bench.condition.state, "ready");
  match(bench.logText, /Cannot make the temporary folder /);
});

/** What a plugin says of a GPU, and of a package that it names when it runs. */
const REACHES = (before: string): PluginSource => ({
  code: onePhone(
    `{ async devSpecific() {
      host.log("gpu " + await navigator.gpu?.requestAdapter());
      const name = ["npm:zod", ""].join("");
      await import(name).then(() => host.log("it was loaded"), (error) => host.log("refused: " + error.message));
    } }`,
    before,
  ),
});

Deno.test("a plugin finds no GPU, and no package by a name that it makes up when it runs", async () => {
  await using bench = await HostBench.run(REACHES(""));
  await bench.process.open("p", NOTHING);
  bench.operate(1);
  await bench.until("the completion", ([name]) => name === "completed");
  match(bench.logText, /^gpu (?:null|undefined)\nrefused: .*--no-npm/);
});

Deno.test("a plugin that imports a package of one version from the cache is given it", async () => {
  await using bench = await HostBench.run({
    code: onePhone(SAYS_PID, `import { z } from "npm:zod@${ZOD}"; console.log(z.string().parse("parsed"));`),
  });
  await bench.untilTrue("its line", () => bench.logText.includes("parsed"));
});
