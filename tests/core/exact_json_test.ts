import { deepEqual, equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import { Inexact, inexactIn, parseJson } from "../../server/core/contract/exact_json.ts";
import { FRAME_LIMIT } from "../../server/wire/mod.ts";

/** A decimal as a fraction of whole numbers. */
function fractionOf(text: string): [bigint, bigint] {
  const [, sign, whole = "", fraction = "", exponent = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text) ??
    [];
  const digits = BigInt(whole + fraction) * (sign === "-" ? -1n : 1n);
  const power = Number(exponent) - fraction.length;
  return power >= 0 ? [digits * 10n ** BigInt(power), 1n] : [digits, 10n ** BigInt(-power)];
}

function isSameNumber(one: string, other: string): boolean {
  const [[a, b], [c, d]] = [fractionOf(one), fractionOf(other)];
  return a * d === c * b;
}

const decimal = fc.tuple(
  fc.constantFrom("", "-"),
  fc.oneof(fc.constant("0"), fc.bigInt({ min: 1n, max: 10n ** 22n }).map(String)),
  fc.oneof(fc.constant(""), fc.stringMatching(/^\.\d{1,20}$/)),
  fc.oneof(fc.constant(""), fc.tuple(fc.constantFrom("e", "E", "e+", "e-"), fc.nat(330)).map(([e, n]) => e + n)),
).map((parts) => parts.join(""));

Deno.test("a number of JSON is read as it was written or not at all, wherever it stands (RFC 8259, 6)", () => {
  fc.assert(
    fc.property(
      fc.oneof(decimal, fc.double({ noNaN: true, noDefaultInfinity: true }).map((it) => JSON.stringify(it))),
      fc.constantFrom(["", ""], ["[", "]"], ['{"a":', "}"], ["[[1, ", "]]"], ['{ "a" : [\n', "]}"]),
      (written, [before, after]) => {
        const one = parseJson(before + written + after);
        const number = Number(written);
        const exact = Number.isFinite(number) && isSameNumber(written, String(number));
        equal(inexactIn(one, "it") === undefined, exact, written);
        if (exact) deepEqual(one, JSON.parse(before + written + after));
      },
    ),
    { numRuns: 3_000 },
  );
});

Deno.test("texts and names that look like numbers are texts and names", () => {
  const text = `{"9007199254740993":"9007199254740993","a":[" 1e400",":9007199254740993"],"b":1e2}`;
  deepEqual(parseJson(text), JSON.parse(text));
});

Deno.test("the place of a number that would be changed is one line, whatever its keys are", () => {
  const text = (key: string) => JSON.stringify({ [key]: { a: 0 } }).replace(":0", ":9007199254740993");
  const placeOf = (key: string) => inexactIn(parseJson(text(key)), "it")?.replace(/ is the number .*$/, "");
  equal(placeOf("b_2"), "it.b_2.a");
  equal(placeOf("\r\n"), String.raw`it["\r\n"].a`);
  equal(placeOf("x y"), 'it["x y"].a');
  equal(placeOf("a".repeat(1_000)), `it["${"a".repeat(64)}…"].a`);
});

Deno.test("what is nested deeper than can be gone through is given as it is, and nothing fails", () => {
  const text = `${"[".repeat(100_000)}1e400${"]".repeat(100_000)}`;
  equal(Array.isArray(parseJson(text)), true);
  equal(parseJson("1e400") instanceof Inexact, true);
});

Deno.test("a number as long as a plugin's longest frame is read in a time that grows with its length", () => {
  const started = performance.now();
  const zeros = "0".repeat(FRAME_LIMIT - 4);
  match(inexactIn(parseJson(`[1${zeros}1]`), "it") ?? "", /^it\[0\] is the number/);
  deepEqual(parseJson(`[1.${zeros}]`), [1]);
  // Looked at once for each of its zeros, it would take minutes.
  const tookMs = performance.now() - started;
  ok(tookMs < 10_000, `it took ${tookMs} ms`);
});
