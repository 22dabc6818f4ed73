import { deepEqual, equal } from "node:assert/strict";
import { BUTTON_FUNCTIONS } from "../../server/core/contract/names.ts";

Deno.test("the functions of a button are those of the table, each in the place of its number (contract 7.6, tapi.h)", async () => {
  const text = await Deno.readTextFile(new URL("../../docs/contract.md", import.meta.url));
  const [, section = ""] = /^### 7\.6 ([^]*?)^## /m.exec(text) ?? [];
  const cells = [...section.matchAll(/\b([0-9A-F]{2}) ([A-Z]+)\b/g)].map(([, number = "", name]) => ({
    number: Number.parseInt(number, 16),
    name,
  }));
  deepEqual(cells.map(({ number }) => number), cells.map((_, index) => index));
  deepEqual(BUTTON_FUNCTIONS.map((name) => name.toUpperCase()), cells.map(({ name }) => name));
  equal(BUTTON_FUNCTIONS[0x2F], "send");
});
