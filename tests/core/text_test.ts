import { deepEqual, equal } from "node:assert/strict";
import { isLabel } from "../../server/core/contract/label.ts";
import { quoted } from "../../server/core/contract/quoted.ts";
import { isHarmless, printable, spaced } from "../../server/core/contract/text.ts";

Deno.test("what is dangerous in a text is the same for names, for terminals and for logs", () => {
  const dangerous: number[] = [];
  for (let code = 0; code <= 0x10_ffff; code++) {
    const text = String.fromCodePoint(code);
    if (isHarmless(text)) {
      deepEqual([isLabel(text), printable(text), spaced(text)], [true, text, text], code.toString(16));
    } else {
      dangerous.push(code);
      deepEqual([isLabel(text), spaced(text), JSON.parse(`"${printable(text)}"`)], [false, " ", text]);
      equal(isHarmless(quoted(text)), true);
    }
  }
  const controls = [...range(0, 0x1f), ...range(0x7f, 0x9f)];
  const directions = [0x61c, 0x200e, 0x200f, ...range(0x202a, 0x202e), ...range(0x2066, 0x2069)];
  deepEqual(dangerous, [...controls, ...directions, 0x2028, 0x2029].toSorted((one, other) => one - other));
});

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
