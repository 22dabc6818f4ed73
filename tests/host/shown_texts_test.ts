import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readManifest } from "../../server/host/manifest.ts";
import { fromPlugin } from "../../server/host/messages.ts";
import { NO_CAPABILITIES } from "../no_capabilities.ts";
import { temporaryFolder } from "../faults/temporary.ts";
import { HostBench, NOTHING, onePhone, writePlugin } from "./testbed.ts";

/** What gives orders to a terminal, forges a line, or turns the direction of writing. */
const ORDERS = "red\u001b[31m\r\n2026 error forged\u202e\u0000\ud800.";
/** The same as source text. */
const WRITTEN = JSON.stringify(ORDERS);
const CLEAN = "red [31m 2026 error forged \uFFFD.";

/** Every text in a value, however deep. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

Deno.test("each text of a plugin that is shown is cleaned where it comes in, and told no otherwise", () => {
  const capabilities = {
    ...NO_CAPABILITIES,
    deviceClasses: [ORDERS],
    provider: ORDERS,
    phoneInfo: ORDERS,
    permanentId: ORDERS,
  };
  const messages: [message: object, texts: number][] = [
    [{ type: "done", requestId: 1, result: -1879048164, message: ORDERS }, 1],
    [{ type: "refuse", call: 1, result: -1879048164, message: ORDERS }, 1],
    [{ type: "state", phone: "p", states: ["other"], detail: ORDERS }, 1],
    [{ type: "addPhone", call: 1, phone: { id: "p", name: ORDERS, capabilities, connected: true, methods: [] } }, 5],
    [{ type: "log", level: "info", text: ORDERS }, 1],
    [{ type: "hello", wire: 1, sdk: ORDERS }, 1],
    [{ type: "startFailed", message: ORDERS, verdict: "crash" }, 1],
    [{ type: "fault", message: ORDERS }, 1],
  ];
  for (const [message, texts] of messages) {
    const taken = textsIn(fromPlugin.parse(message)).filter((text) => text.includes("forged"));
    deepEqual(taken, Array(texts).fill(CLEAN), JSON.stringify(message));
  }
});

Deno.test("neither a phone's name nor why a plugin failed gives orders to an operator's terminal, whichever way it failed", async () => {
  const phone = `{ id: "p", name: ${WRITTEN} }`;
  const starts: [what: string, code: string][] = [
    ["its start rejects", `start() { throw new Error(${WRITTEN}); }`],
    ["it prints and exits", `start() { console.error("error: " + ${WRITTEN}); Deno.exit(3); }`],
    [
      "an error that nobody catches",
      `start() { setTimeout(() => { throw new Error(${WRITTEN}); }); return new Promise(() => {}); }`,
    ],
  ];
  for (const [what, start] of starts) {
    const code = `import { definePlugin } from "switchroom/plugin"; export default definePlugin(() => ({ ${start} }));`;
    await using bench = await HostBench.run({ code });
    equal(bench.condition.state, "givenUp", what);
    match(bench.condition.detail, /red|forged/, what);
    for (const text of [bench.condition.detail, ...textsIn(bench.told)]) ok(!/\p{Cc}|\u202e/u.test(text), what);
  }
  await using bench = await HostBench.run({
    code: onePhone(`{ getRing: () => { throw new PhoneError("OPERATIONFAILED", ${WRITTEN}); } }`)
      .replace(`{ id: "p", name: "P" }`, phone),
  });
  await bench.process.open("p", NOTHING);
  const refusal = await bench.process.get("p", { getter: "getRing", params: {} }).catch(String);
  match(String(refusal), /red \[31m 2026 error forged/);
  for (const text of textsIn(bench.told)) ok(!/\p{Cc}|\u202e/u.test(text), JSON.stringify(text));
});

Deno.test("what a manifest says of its plugin gives no orders either", async () => {
  using folder = temporaryFolder();
  const path = await writePlugin(folder.path, { code: "", manifest: { description: ORDERS.toWellFormed() } });
  equal((await readManifest(path)).description, CLEAN);
});
