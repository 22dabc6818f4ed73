import { equal } from "node:assert/strict";
import type { Driver } from "../../server/plugin/mod.ts";
import { EVERYTHING, onePhone, openPhone } from "./testbed.ts";

const OPERATIONFAILED = -1879048164;

/** What has no words: it cannot even be made a text. */
const WORDLESS: [string, () => unknown][] = [
  ["an object without a prototype", () => Object.create(null)],
  ["an object whose text throws", () => ({
    toString() {
      throw new Error("no text");
    },
  })],
  ["an error whose message throws", () =>
    Object.defineProperty(new Error(), "message", {
      get() {
        throw new Error("no message");
      },
    })],
];

/** Does its work once it has thrown what it was given. */
function throwsOnce(wordless: () => unknown): () => void {
  let thrown = false;
  return () => {
    if (thrown) return;
    thrown = true;
    throw wordless();
  };
}

const LAMP = { operation: "setLamp", params: { lamp: 1, mode: "steady" } } as const;
const OFFER = { capabilities: { buttons: [{ id: 1, lampModes: ["steady" as const] }] } };

for (const [what, wordless] of WORDLESS) {
  Deno.test(`an operation that throws ${what} fails as OPERATIONFAILED, and the next one works`, async () => {
    const { bench } = await openPhone({ setLamp: throwsOnce(wordless) }, OFFER);
    bench.operate(1, LAMP);
    equal(await bench.result(1), OPERATIONFAILED);
    bench.operate(2, LAMP);
    equal(await bench.result(2), 0);
    equal((await bench.call({ type: "close", phone: "p" })).type, "answer");
  });

  Deno.test(`an open that throws ${what} is refused with OPERATIONFAILED, and the next one works`, async () => {
    const { bench } = await onePhone({ open: throwsOnce(wordless), setLamp() {} }, OFFER);
    const refused = await bench.call({ type: "open", phone: "p", wanted: EVERYTHING });
    equal(refused.type === "refuse" && refused.result, OPERATIONFAILED);
    equal((await bench.call({ type: "open", phone: "p", wanted: EVERYTHING })).type, "answer");
    bench.operate(1, LAMP);
    equal(await bench.result(1), 0);
  });

  Deno.test(`R59 a close that throws ${what} closes the phone all the same, says so in the log, and it can be opened anew`, async () => {
    const driver: Driver = { close: throwsOnce(wordless), setLamp() {} };
    const { bench } = await openPhone(driver, OFFER);
    equal((await bench.call({ type: "close", phone: "p" })).type, "answer");
    equal(
      bench.said.some((said) => said.type === "log" && said.level === "error" && /close of phone p/.test(said.text)),
      true,
    );
    equal((await bench.call({ type: "open", phone: "p", wanted: EVERYTHING })).type, "answer");
    bench.operate(1, LAMP);
    equal(await bench.result(1), 0);
  });
}
