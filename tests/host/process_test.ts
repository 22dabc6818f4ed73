import { retry } from "@std/async/retry";
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { launch } from "../../server/host/launch.ts";
import { Leftovers, leftPlugins } from "../../server/host/leftovers.ts";
import { HostBench, NOTHING, onePhone, writePlugin } from "./testbed.ts";

/** A detached process that waits for a line which never comes, with a word on its command line. */
function waiter(word: string): Deno.ChildProcess {
  return new Deno.Command("sh", {
    args: ["-c", "read line; exit 0", word],
    detached: true,
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
}

/** The signal that ended a process. */
async function endOf(process: Deno.ChildProcess): Promise<Deno.Signal | null> {
  const { signal } = await process.status;
  await process.stdin.abort();
  return signal;
}

/** Lets what is written down be of a server that is gone: what it has started has another parent by now. */
async function orphan(folder: string): Promise<void> {
  const file = `${folder}/plugins.json`;
  const written = await Deno.readTextFile(file);
  await Deno.writeTextFile(file, written.replaceAll(`"parent":${Deno.pid}`, `"parent":${Deno.ppid}`));
}

/** Takes a warning where there must be none. */
function fail(warning: string): never {
  throw new Error(warning);
}

async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.realPath(await Deno.makeTempDir());
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("step 7 of a plugin's life: its process ends itself when the host is gone: its pipe closes", async () => {
  await using folder = await temporaryFolder();
  const source = await writePlugin(folder.path, { code: onePhone("{}") });
  const process = launch({
    folder: source,
    entry: new URL(`file://${source}/main.ts`),
    permissions: [],
    environment: {},
    limits: { heapMb: 64, memoryMb: 512, fileMb: 64, temporaryMb: 64, openFiles: 1_024 },
    importsPackages: false,
    temporary: `${folder.path}/temporary`,
    nonce: crypto.randomUUID(),
  });
  await process.stdin.close();
  const { success } = await process.status;
  await Promise.all([process.stdout.cancel(), process.stderr.cancel()]);
  equal(success, true);
});

Deno.test("a plugin leaves the terminal's signals to the host", async () => {
  await using bench = await HostBench.run({
    code: onePhone(`{ async devSpecific() {
      const { promise, resolve } = Promise.withResolvers();
      Deno.addSignalListener("SIGTERM", resolve);
      host.log("pid " + Deno.pid);
      await promise;
    } }`),
  });
  await bench.process.open("p", NOTHING);
  bench.operate(1);
  await bench.untilTrue("its number", () => /pid \d+/.test(bench.logText));
  Deno.kill(Number(/pid (\d+)/.exec(bench.logText)?.[1]), "SIGINT");
  Deno.kill(Number(/pid (\d+)/.exec(bench.logText)?.[1]), "SIGTERM");
  await bench.until("the completion", ([name]) => name === "completed");
  equal(bench.condition.state, "ready");
});

Deno.test("each process stands in the data folder while it lives, and no longer", async () => {
  await using bench = await HostBench.run({ code: onePhone("{ devSpecific() { host.log('pid ' + Deno.pid); } }") });
  await bench.process.open("p", NOTHING);
  bench.operate(1);
  await bench.untilTrue("its number", () => /pid \d+/.test(bench.logText));
  const read = async () => Object.values(JSON.parse(await Deno.readTextFile(`${bench.folder}/plugins.json`)).running);
  await retry(async () => {
    const [{ began, ...written }] = await read() as [{ began: string }];
    const pid = Number(/pid (\d+)/.exec(bench.logText)?.[1]);
    deepEqual(written, { name: "test", pid, parent: Deno.pid });
    match(began, /\d/);
  }, { minTimeout: 10, maxTimeout: 500, maxAttempts: 30 });
  await bench.host.stop();
  equal((await read()).length, 0);
});

Deno.test("what a killed server left behind is ended at the next start; a stranger of that number is left alone", async () => {
  await using folder = await temporaryFolder();
  const ours = crypto.randomUUID();
  const left = waiter(ours);
  const stranger = waiter("stranger");
  // A server that is killed in the very turn of the launch has not seen yet when it began.
  const running = {
    [ours]: { name: "left", pid: left.pid, parent: Deno.ppid },
    [crypto.randomUUID()]: { name: "stranger", pid: stranger.pid, parent: Deno.ppid },
  };
  await Deno.writeTextFile(`${folder.path}/plugins.json`, JSON.stringify({ version: 2, running }));

  equal(await new Leftovers(folder.path, fail).end(), 1);
  equal(await endOf(left), "SIGKILL");
  stranger.kill("SIGTERM");
  equal(await endOf(stranger), "SIGTERM", "it lived until now");
  equal(await new Leftovers(folder.path, fail).end(), 0, "it is done once");
});

Deno.test("a process whose server lives is not left behind, also when it has not been seen yet when it began", async () => {
  await using folder = await temporaryFolder();
  const nonce = crypto.randomUUID();
  const lives = waiter(nonce);
  const remembered = new Leftovers(folder.path, fail).remember(nonce, { name: "lives", pid: lives.pid });
  for (const seen of [Promise.resolve(), remembered]) {
    await seen;
    await using copy = await temporaryFolder();
    await Deno.copyFile(`${folder.path}/plugins.json`, `${copy.path}/plugins.json`);
    deepEqual(await leftPlugins(copy.path), []);
    equal(await new Leftovers(copy.path, fail).end(), 0);
  }
  lives.kill("SIGTERM");
  equal(await endOf(lives), "SIGTERM", "it lived until now");
});

Deno.test("a process that calls itself otherwise is known by when it began, and a stranger that began at another moment is left alone", async () => {
  await using folder = await temporaryFolder();
  const names = new Deno.Command("sh", {
    // A name like the fields of /proc/PID/stat that come after it.
    args: ["-c", "printf 'a) S 1 (b' > /proc/$$/comm; echo named; read line", "another"],
    detached: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const stdout = names.stdout.getReader();
  await stdout.read();
  const nonce = crypto.randomUUID();
  await new Leftovers(folder.path, fail).remember(nonce, { name: "left", pid: names.pid });
  await orphan(folder.path);
  const file = `${folder.path}/plugins.json`;
  const written = await Deno.readTextFile(file);
  const began = JSON.parse(written).running[nonce].began;
  await Deno.writeTextFile(file, written.replace(began, began.replace(/\d$/, (last: string) => `${9 - Number(last)}`)));
  deepEqual(await leftPlugins(folder.path), []);
  equal(await new Leftovers(folder.path, fail).end(), 0);
  await Deno.writeTextFile(file, written);
  deepEqual(await leftPlugins(folder.path), [String(names.pid)]);
  equal(await new Leftovers(folder.path, fail).end(), 1);
  await stdout.cancel();
  equal(await endOf(names), "SIGKILL");
});

Deno.test("a process that cannot be ended stays written down, and that is said", async () => {
  await using folder = await temporaryFolder();
  // Without a session of its own it leads no group that could be ended.
  const left = new Deno.Command("sh", { args: ["-c", "read line"], stdin: "piped" }).spawn();
  await new Leftovers(folder.path, fail).remember(crypto.randomUUID(), { name: "left", pid: left.pid });
  await orphan(folder.path);
  const warnings: string[] = [];
  for (let start = 0; start < 2; start++) {
    equal(await new Leftovers(folder.path, (text) => warnings.push(text)).end(), 0);
    deepEqual(await leftPlugins(folder.path), [String(left.pid)]);
  }
  equal(warnings[1], `Cannot end process ${left.pid} of the plugin left, which an earlier server left behind`);
  left.kill("SIGKILL");
  equal(await endOf(left), "SIGKILL");
  equal(await new Leftovers(folder.path, fail).end(), 0);
  deepEqual(JSON.parse(await Deno.readTextFile(`${folder.path}/plugins.json`)).running, {});
});

Deno.test("a file of processes that is not ours ends nothing and keeps nobody from starting", async () => {
  await using folder = await temporaryFolder();
  for (
    const text of ["", "{", "[]", `{"version":2,"running":{"x":{"name":"a","pid":1}}}`, `{"version":1,"running":{}}`]
  ) {
    await Deno.writeTextFile(`${folder.path}/plugins.json`, text);
    equal(await new Leftovers(folder.path, fail).end(), 0);
  }
});

Deno.test("a plugin left hanging by a killed server is ended by the next host on the same data folder", async () => {
  await using bench = await HostBench.of(async (
    parent,
  ) => [{ source: await writePlugin(parent, { code: onePhone("{}") }) }]);
  const nonce = crypto.randomUUID();
  const left = waiter(nonce);
  await new Leftovers(bench.folder, fail).remember(nonce, { name: "test", pid: left.pid });
  await orphan(bench.folder);
  await bench.host.start();
  equal(await endOf(left), "SIGKILL");
  ok(bench.logText.includes("1 processes of an earlier server"));
  await bench.until("settle", ([name]) => name === "settle");
});

Deno.test("a program that a plugin was allowed to run does not outlive it", async () => {
  const run = ["/bin/cat"];
  await using bench = await HostBench.run({
    code: onePhone(`{ devSpecific() {
      const { pid } = new Deno.Command("/bin/cat", { stdin: "piped", stdout: "piped" }).spawn();
      console.log("child " + pid);
      for (;;);
    } }`),
    manifest: { permissions: { run } },
  }, { config: { grants: { run } }, bounds: { stopMs: 100 } });
  await bench.process.open("p", NOTHING);
  bench.operate(1);
  await bench.untilTrue("the child's number", () => /child \d+/.test(bench.logText));
  await bench.host.stop();
  const pid = /child (\d+)/.exec(bench.logText)?.[1] ?? "";
  const args = ["-c", 'kill -s 0 "$1" && ! grep -q "^State:.Z" "/proc/$1/status"', "sh", pid];
  // The signal has been sent; when the system has carried it out is the system's business.
  await retry(async () => {
    equal((await new Deno.Command("sh", { args, stderr: "null" }).output()).success, false, "it is gone");
  }, { minTimeout: 10, maxTimeout: 500, maxAttempts: 12 });
});

Deno.test("a data folder that cannot be written is warned of and keeps no plugin from running", async () => {
  const warnings: string[] = [];
  const leftovers = new Leftovers("/dev/null/data", (text) => warnings.push(text));
  const remembered = leftovers.remember(crypto.randomUUID(), { name: "test", pid: Deno.pid });
  equal(warnings.length, 1);
  await remembered;
  ok(warnings[0]?.startsWith("Cannot write down the running plugins in /dev/null/data/plugins.json"));
});
