/**
 * Texts that are nearly right, and texts that never were.
 *
 * @module
 */
import fc from "fast-check";
import TEXTS from "../corpus/texts.json" with { type: "json" };

/** One change of something. */
export type Edit<Value> = (value: Value) => Value;

const LONGEST_RUN = 70_000;

/** Any unit of UTF-16, halves of pairs too. */
const unit = fc.nat(0xffff);

/** A piece that has been trouble somewhere, or any short text, or a very long one. */
export const fragment: fc.Arbitrary<string> = fc.oneof(
  { weight: 24, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 6, arbitrary: fc.array(unit, { maxLength: 6 }).map((units) => String.fromCharCode(...units)) },
  { weight: 2, arbitrary: fc.nat(300).map((length) => "x".repeat(length)) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom("a", "[", "%", " ", "é", "/", "9"), fc.nat(LONGEST_RUN))
      .map(([unit, times]) => unit.repeat(times)),
  },
);

const place = fc.nat(0xffff);

/** One change of a text: a piece put in, cut out, written over, said twice or put in its place. */
export const textEdit: fc.Arbitrary<Edit<string>> = fc.oneof(
  fragment.map((piece) => () => piece),
  fc.tuple(place, fragment).map(([at, piece]) => (text: string) => spliced(text, { at, cut: 0, piece })),
  fc.tuple(place, fc.nat(8), fragment).map(([at, cut, piece]) => (text: string) => spliced(text, { at, cut, piece })),
  fc.tuple(place, fc.integer({ min: 1, max: 40 })).map(([at, cut]) => (text: string) =>
    spliced(text, { at, cut, piece: "" })
  ),
  fc.tuple(place, fc.nat(20)).map(([at, length]) => (text: string) => {
    const start = at % (text.length + 1);
    return spliced(text, { at: start, cut: 0, piece: text.slice(start, start + length) });
  }),
  fc.tuple(place, fc.nat(0xff)).map(([at, code]) => (text: string) =>
    spliced(text, { at, cut: 1, piece: String.fromCharCode(code < 0x80 ? code : 0xdc00 + code) })
  ),
);

/** No change or a few. */
export function few<Value>(edit: fc.Arbitrary<Edit<Value>>, most = 3): fc.Arbitrary<Edit<Value>> {
  return fc.array(edit, { maxLength: most }).map((edits) => (value) =>
    edits.reduce((changed, change) => change(changed), value)
  );
}

/** One of these texts, changed a little. */
export function nearly(examples: readonly string[], most = 3): fc.Arbitrary<string> {
  return fc.tuple(fc.constantFrom(...examples), few(textEdit, most)).map(([text, edit]) => edit(text));
}

function spliced(text: string, { at, cut, piece }: { at: number; cut: number; piece: string }): string {
  const start = at % (text.length + 1);
  return text.slice(0, start) + piece + text.slice(start + cut);
}
