import { equal, notEqual } from "node:assert/strict";
import { HostBench, onePhone, writePlugin } from "./testbed.ts";

/** A plugin that says what web storage it sees, and where it believes to be. */
const LOOKING = onePhone(
  "{}",
  `
const chain = (object) => object === null ? [] : [...Object.getOwnPropertyNames(object), ...chain(Object.getPrototypeOf(object))];
const seen = chain(globalThis).filter((name) => ["localStorage", "caches"].includes(name));
console.log("sees " + seen.join(" "));
console.log("at " + location.origin);
`,
);

Deno.test("a plugin sees no storage that would leave files behind, and its origin is not another plugin's", async () => {
  await using bench = await HostBench.of((parent) =>
    Promise.all(["one", "two"].map(async (name) => ({ name, source: await writePlugin(parent, { code: LOOKING }) })))
  );
  await bench.host.start();
  await bench.untilTrue("both plugins' lines", () => bench.log.length >= 4);
  const line = (plugin: string, start: string) =>
    bench.log.find((entry) => entry.plugin === plugin && entry.text.startsWith(start))?.text;
  for (const plugin of ["one", "two"]) equal(line(plugin, "sees"), "sees ");
  const [one, two] = [line("one", "at "), line("two", "at ")];
  notEqual(one, undefined);
  notEqual(two, undefined);
  notEqual(one, two);
});
