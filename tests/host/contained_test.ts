import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { OfferedPhone } from "../../server/core/contract/offered_phone.ts";
import { HostBench, NOTHING, onePhone, type Told, writePlugin } from "./testbed.ts";

/** A driver whose devSpecific writes a frame of its own making to standard output, past the SDK. */
const LIAR = `
import { writeSync } from "node:fs";
function frame(body) {
  const bytes = new TextEncoder().encode(body);
  const frame = new Uint8Array(4 + bytes.length);
  new DataView(frame.buffer).setUint32(0, bytes.length);
  frame.set(bytes, 4);
  writeSync(1, frame);
}`;

Deno.test("beats that a thread of the plugin sends by itself do not hide that it hangs", async () => {
  const beats = `
    import { writeSync } from "node:fs";
    const body = new TextEncoder().encode('[{"type":"beat","beat":0,"rssBytes":1,"cpu":0,"lagMs":0}]');
    const frame = new Uint8Array(4 + body.length);
    new DataView(frame.buffer).setUint32(0, body.length);
    frame.set(body, 4);
    setInterval(() => writeSync(1, frame), 20);
    postMessage("beating");`;
  await using bench = await HostBench.run({
    code: onePhone(`{
      async devSpecific() {
        const worker = new Worker("data:text/javascript," + encodeURIComponent(${
      JSON.stringify(beats)
    }), { type: "module" });
        await new Promise((resolve) => worker.onmessage = resolve);
        for (;;);
      },
    }`),
  }, { bounds: { heartbeatMs: 250 } });
  await bench.process.open("p", NOTHING);
  bench.operate(1);
  const [, cause, detail] = await bench.until("gone", ([name]) => name === "gone");
  deepEqual([cause, detail], ["pluginHang", "it missed 3 heartbeats of 250 ms"], "the third unanswered one is a hang");
});

const LIES: [string, string][] = [
  ["bytes that are no frame", `writeSync(1, new TextEncoder().encode("hello, terminal"))`],
  ["a body that is no JSON", `frame("[{")`],
  ["a frame without a message", `frame("[]")`],
  ["a message of an unknown type", `frame('[{"type":"reboot"}]')`],
  ["a message with a field too many", `frame('[{"type":"ready","now":true}]')`],
  ["a completion with a result that is none", `frame('[{"type":"done","requestId":1,"result":5}]')`],
  ["a completion of no request id", `frame('[{"type":"done","requestId":-1,"result":0}]')`],
  ["an answer that nobody waits for", `frame('[{"type":"answer","call":999}]')`],
  ["R90: the state owner", `frame('[{"type":"state","phone":"p","states":["owner"],"detail":1}]')`],
  ["a state that is none", `frame('[{"type":"state","phone":"p","states":["melted"]}]')`],
  ["a phone whose id could not be part of a name", `frame('[{"type":"forceClosed","phone":"../p"}]')`],
  ["a failed start after it was ready", `frame('[{"type":"startFailed","message":"no","verdict":"notYet"}]')`],
  ["a second hello", `frame('[{"type":"hello","wire":1,"sdk":"1.0.0"}]')`],
];

for (const [what, statement] of LIES) {
  Deno.test(`a plugin that sends ${what} is killed as a protocol error`, async () => {
    await using bench = await HostBench.run({ code: onePhone(`{ devSpecific() { ${statement}; } }`, LIAR) });
    await bench.process.open("p", NOTHING);
    bench.operate(1);
    const [, cause, detail] = await bench.until("gone", ([name]) => name === "gone");
    equal(cause, "protocolError");
    match(String(detail), /it broke the wire: /);
  });
}

Deno.test("another wire version is refused in words", async () => {
  await using bench = await HostBench.run({
    code: `${LIAR}\nframe('[{"type":"hello","wire":1,"sdk":"1.0.0"}]');\n${onePhone("{}")}`,
  });
  match(bench.condition.detail, /its SDK 1\.0\.0 speaks wire version 1, and this server 2/);
  equal(bench.processes.length, 0);
});

Deno.test("what a plugin prints becomes its log and does not break the wire", async () => {
  await using bench = await HostBench.run({
    code: onePhone(
      `{
      async devSpecific() {
        console.log("one\\u001b[2J"); console.info("two"); console.debug("three"); console.warn("four"); console.error("five");
        Deno.stdout.writeSync(new TextEncoder().encode("six\\n"));
        process.stdout.write("seven\\n");
        host.log("eight"); host.log.error("nine");
        host.log("x".repeat(5000));
      },
    }`,
      `import process from "node:process";`,
    ),
  });
  await bench.process.open("p", NOTHING);
  bench.operate(1);
  await bench.untilTrue(
    "the lines",
    () =>
      ["one [2J", "two", "three", "four", "five", "six", "seven", "eight", "nine"].every((line) =>
        bench.log.some(({ text }) => text === line)
      ),
  );
  const levelOf = (line: string) => bench.log.find(({ text }) => text === line)?.level;
  deepEqual(["one [2J", "two", "three", "four", "five", "six", "seven", "eight", "nine"].map(levelOf), [
    ...["info", "info", "debug", "warn", "error"],
    ...["info", "info", "info", "error"],
  ]);
  await bench.untilTrue(
    "the long line",
    () => bench.log.some(({ text }) => text.length === 2_000 && text.endsWith("…")),
  );
  equal(bench.condition.state, "ready");
});

Deno.test("whatever method of console a plugin prints by, and whatever module it has it from, its lines have a level and none breaks the wire", async () => {
  await using bench = await HostBench.run({
    code: onePhone(
      `{
      devSpecific() {
        console.dir({ dir: 1 }); console.dirxml({ dirxml: 1 }); console.table([{ table: 1 }]); console.count("count");
        console.group("group"); console.warn("in\\ngroup"); console.groupEnd();
        console.time("time"); console.timeLog("time"); console.timeEnd("time");
        console.trace("trace"); console.assert(false, "assert"); console.clear(); console.countReset("count");
        console.error(new Error("the whole stack"));
        other.log("%s of %d", "other", 1); other.debug("<3>other");
        const { error } = console; error("taken out");
        Deno.stderr.writeSync(new TextEncoder().encode("<3>by itself\\n<8>no level\\nend\\n"));
      },
    }`,
      `import other from "node:console";`,
    ),
  });
  await bench.process.open("p", NOTHING);
  bench.operate(1);
  await bench.untilTrue("the end", () => bench.logText.endsWith("end"));
  equal(bench.condition.state, "ready");
  const lines = bench.log.map(({ level, text }) => `${level} ${text.replace(/: [\d.]+ms$/, ": 1ms")}`);
  const plain = lines.filter((line) => !/ {4}at |[┌├└]/.test(line));
  deepEqual(plain, [
    "info { dir: 1 }",
    "info { dirxml: 1 }",
    "info │ (index) │ table │",
    "info │ 0       │ 1     │",
    "info count: 1",
    "info group",
    "warn   in",
    "warn   group",
    "info time: 1ms",
    "info time: 1ms",
    "error Trace: trace",
    "error Assertion failed: assert",
    "error Error: the whole stack",
    "info other of 1",
    "debug <3>other",
    "error taken out",
    "error by itself",
    "info <8>no level",
    "info end",
  ]);
  ok(lines.some((line) => /^error  {4}at .*main\.ts/.test(line)));
});

Deno.test("a plugin that prints and logs without end fills no more than a bounded log", async () => {
  await using bench = await HostBench.run({
    code: onePhone(`{
      devSpecific() {
        for (let n = 0; n < 5000; n++) { console.log("y".repeat(1000)); host.log("z".repeat(1000)); }
        console.log("w".repeat(1_000_000));
      },
    }`),
  });
  await bench.process.open("p", NOTHING);
  bench.operate(1);
  await bench.until("the completion", ([name]) => name === "completed");
  ok(bench.log.length < 1_000, `${bench.log.length} lines`);
  ok(bench.log.every(({ text }) => text.length <= 2_000));
  const characters = bench.log.reduce((sum, { text }) => sum + text.length, 0);
  ok(characters < 200_000, `${characters} characters`);
});

Deno.test("invariant 6: a burst of events leaves the loop to others and loses nothing that came before it", async () => {
  const flood = 15_000;
  await using bench = await HostBench.run({
    code: onePhone(`{
      devSpecific() {
        const params = new Uint8Array(100);
        for (let n = 0; n < ${flood}; n++) phone.devSpecific(params);
      },
    }`),
  });
  await bench.process.open("p", NOTHING);
  let turns = 0;
  let turning = true;
  const turn = () => {
    turns++;
    if (turning) setImmediate(turn);
  };
  bench.operate(1);
  turn();
  await bench.until("the completion", ([name]) => name === "completed");
  turning = false;
  equal(bench.told.filter(([name]) => name === "devSpecific").length, flood);
  ok(turns > 20, `${turns} turns for others`);
});

Deno.test("invariant 6: events that would reach more handles than a plugin may are dropped, the history is told once, and the plugin lives", async () => {
  await using bench = await HostBench.run({
    code: onePhone(`{
      devSpecific() {
        for (let n = 0; n < 1_000; n++) phone.devSpecific(new Uint8Array(1));
      },
    }`),
  });
  bench.handles = 1_000;
  await bench.process.open("p", NOTHING);
  bench.operate(1);
  await bench.until("the completion", ([name]) => name === "completed");
  const reached = bench.told.filter(([name]) => name === "devSpecific").length;
  ok(reached >= 20 && reached < 1_000, `${reached} events`);
  deepEqual(bench.told.filter(([name]) => name === "fault").length, 1);
  equal(bench.condition.state, "ready");
  await bench.host.stop();
  match(bench.logText, new RegExp(`${1_000 - reached} of its events were dropped`));
});

for (
  const [what, statement] of [
    ["messages of its vendor", `phone.devSpecific(new Uint8Array(1));`],
    ["states", `frame('[{"type":"state","phone":"p","states":["lamp"]}]');`],
    ["buttons", `frame('[{"type":"button","phone":"p","button":1,"mode":"call","state":"down"}]');`],
  ]
) {
  Deno.test(`invariant 6: a plugin that sends ${what} without end is killed as a protocol error`, async () => {
    await using bench = await HostBench.run({
      code: onePhone(`{ devSpecific() { for (;;) { ${statement} } } }`, LIAR),
    });
    bench.handles = 1_000;
    await bench.process.open("p", NOTHING);
    bench.operate(1);
    const [, cause, detail] = await bench.until("gone", ([name]) => name === "gone");
    equal(cause, "protocolError");
    match(String(detail), /it broke the wire: it went on sending too many events: \d+ were dropped/);
  });
}

Deno.test("a plugin with more phones than may come and go at once offers them all", async () => {
  const phones = 3_000;
  await using bench = await HostBench.run({
    code: `import { definePlugin } from "switchroom/plugin";
export default definePlugin((host) => ({
  async start() {
    for (let n = 0; n < ${phones}; n += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, more) => host.addPhone({ id: "p" + (n + more), name: "P" }, {})));
    }
  },
}));`,
  });
  equal(bench.condition.state, "ready");
  equal(bench.told.filter(([name]) => name === "addPhone").length, phones);
});

Deno.test("a lamp mode that a button names again and again is taken in once", async () => {
  await using bench = await HostBench.run({
    code: `import { definePlugin } from "switchroom/plugin";
const buttons = [{ id: 1, mode: "feature", lampModes: ["off", "steady", "off", "steady", "off"] }];
export default definePlugin((host) => ({
  async start() { await host.addPhone({ id: "p", name: "P", capabilities: { buttons } }, {}); },
}));`,
  });
  const [, offered] = await bench.until("addPhone", ([name]) => name === "addPhone");
  deepEqual((offered as OfferedPhone).capabilities.buttons.map(({ lampModes }) => lampModes), [["off", "steady"]]);
});

/** What costs the history a row, or every application an event, and is sent without end. */
const FLOODS: { what: string; statement: string; counted: (told: Told) => boolean }[] = [
  {
    what: "sets and clears the link of its phone",
    statement: `for (let n = 0;; n++) { phone.connected = n % 2 === 1; await turn(); }`,
    counted: ([name]) => name === "connected",
  },
  {
    what: "tells past the SDK of a link that comes and goes",
    statement:
      `for (let n = 0;; n++) frame(JSON.stringify([{ type: "connected", phone: "p", connected: n % 2 === 1 }]));`,
    counted: ([name]) => name === "connected",
  },
  {
    what: "changes the capabilities of its phone",
    statement: `for (let n = 0;; n++) { phone.capabilities = { ringModes: n % 2 }; await turn(); }`,
    counted: ([name]) => name === "capabilities",
  },
  {
    what: "adds and removes phones",
    statement:
      `for (let n = 0;; n++) { await host.addPhone({ id: "q" + n, name: "Q" }, {}); await host.removePhone("q" + n); }`,
    counted: ([name]) => name === "addPhone" || name === "removePhone",
  },
  {
    what: "completes requests that were never asked",
    statement: `for (let n = 2;; n++) frame(JSON.stringify([{ type: "done", requestId: n, result: 0 }]));`,
    counted: ([name]) => name === "completed",
  },
  {
    what: "completes the same request again and again",
    statement: `for (;;) frame('[{"type":"done","requestId":1,"result":0}]');`,
    counted: ([name]) => name === "completed",
  },
  {
    what: "says reinit",
    statement: `for (;;) frame('[{"type":"state","phone":"p","states":["reinit"]}]');`,
    counted: ([name]) => name === "state",
  },
];

/** Well above what is allowed at once and what comes to it by the second, well below a flood. */
const MOST_REPORTS = 4_096;

for (const { what, statement, counted } of FLOODS) {
  Deno.test(`a plugin that ${what} without end is killed as a protocol error before much has reached the core`, async () => {
    const turn = `const turn = () => new Promise((resolve) => setImmediate(resolve));`;
    await using bench = await HostBench.run({
      code: onePhone(`{ async devSpecific() { ${statement} } }`, LIAR + turn),
    });
    await bench.process.open("p", NOTHING);
    bench.operate(1);
    const [, cause, detail] = await bench.until("gone", ([name]) => name === "gone");
    equal(cause, "protocolError");
    match(
      String(detail),
      /it broke the wire: it sent too many messages of the kind \w+: at most 50 a second over time/,
    );
    const reports = bench.told.filter(counted).length;
    ok(reports > 1_000 && reports < MOST_REPORTS, `${reports} reports`);
  });
}

Deno.test("a plugin that gives a button another meaning without end is killed as a protocol error", async () => {
  const meant = `{"type":"buttonMeant","phone":"p","button":1,"mode":"call","function":"hold"}`;
  const statement = `for (;;) frame('[${Array(500).fill(meant)}]');`;
  await using bench = await HostBench.run({ code: onePhone(`{ async devSpecific() { ${statement} } }`, LIAR) });
  await bench.process.open("p", NOTHING);
  bench.operate(1);
  const [, cause, detail] = await bench.until("gone", ([name]) => name === "gone");
  equal(cause, "protocolError");
  match(String(detail), /it sent too many messages of the kind buttonMeant: at most 10000 a second over time/);
});

Deno.test("a plugin with an import that never ends settles as stopped, in words, when its start has taken too long", async () => {
  const startMs = 1_000;
  await using bench = await HostBench.of(async (parent) => {
    const source = await writePlugin(parent, { code: `import "./pipe.ts";\n${onePhone("{}")}` });
    const { success } = await new Deno.Command("mkfifo", { args: [`${source}/pipe.ts`] }).output();
    ok(success, "mkfifo made a named pipe");
    return [{ source }];
  }, { bounds: { startMs } });
  await bench.host.start();
  await bench.until("settle", ([name]) => name === "settle");
  equal(bench.condition.state, "stopped");
  match(bench.condition.detail, /its imports could not be read within 1000 ms/);
  equal(bench.processes.length, 0);
});

Deno.test("a plugin that calls without waiting is answered, and past its bound refused, but not obeyed without bound", async () => {
  await using bench = await HostBench.run({
    code: onePhone(`{
      async devSpecific() {
        const all = await Promise.allSettled(Array.from({ length: 100 }, (_, n) => host.addPhone({ id: "q" + n, name: "Q" }, {})));
        host.log("refused " + all.filter(({ reason }) => reason?.code === "PHONEERR_REQUESTOVERRUN").length);
      },
    }`),
  });
  await bench.process.open("p", NOTHING);
  bench.operate(1);
  await bench.untilTrue("the answers", () => /refused \d+/.test(bench.logText));
  const added = bench.told.filter(([name]) => name === "addPhone").length - 1;
  match(bench.logText, new RegExp(`refused ${100 - added}\\b`));
});

Deno.test("a plugin can reach nothing that was not granted: no file, no network, no process, no variable", async () => {
  await using bench = await HostBench.run({
    code: onePhone(`{
      async devSpecific() {
        const tries = {
          read: () => Deno.readTextFileSync("/etc/hostname"),
          own: () => Deno.readTextFileSync("plugin.json"),
          write: () => Deno.writeTextFileSync("x", "x"),
          net: () => Deno.connect({ hostname: "127.0.0.1", port: 1 }),
          env: () => Deno.env.get("HOME"),
          run: () => new Deno.Command("/bin/sh").spawn(),
          kill: () => Deno.kill(Deno.ppid, "SIGTERM"),
          load: () => import("data:text/javascript,import secret from 'file:///etc/hostname' with { type: 'text' }; console.log(secret)" + ""),
        };
        for (const [what, go] of Object.entries(tries)) {
          try { await go(); host.log(what + " was possible"); }
          catch (error) { host.log(what + " " + (error.name === "NotCapable" || /Requires read access/.test(error.message) ? "was denied" : error)); }
        }
      },
    }`),
  });
  await bench.process.open("p", NOTHING);
  bench.operate(1);
  await bench.until("the completion", ([name]) => name === "completed");
  deepEqual(
    bench.log.map(({ text }) => text),
    ["read", "own", "write", "net", "env", "run", "kill", "load"].map((what) => `${what} was denied`),
  );
});

Deno.test("what was granted is there, and only that; the environment holds nothing else", async () => {
  Deno.env.set("SWITCHED_TEST", "granted");
  try {
    await using bench = await HostBench.run({
      code: onePhone(`{
        devSpecific() {
          host.log(Deno.env.get("SWITCHED_TEST") + " " + Deno.env.get("HOME") + " " + Deno.readTextFileSync("plugin.json").length);
          try { Deno.readTextFileSync("/etc/hostname"); } catch (error) { host.log(error.name); }
        },
      }`),
      manifest: { permissions: { env: ["SWITCHED_TEST", "HOME"], read: ["."] } },
    }, { config: { grants: { env: ["SWITCHED_TEST", "HOME"], read: ["."] } } });
    await bench.process.open("p", NOTHING);
    bench.operate(1);
    await bench.untilTrue("the lines", () => bench.log.length === 2);
    match(bench.logText, /^granted (undefined|\/\S+) \d+\nNotCapable$/);
  } finally {
    Deno.env.delete("SWITCHED_TEST");
  }
});
