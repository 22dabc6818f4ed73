/**
 * Values as somebody typed them: numbers, times and names.
 *
 * @module
 */
import { z } from "zod";
import { timeText } from "../../core/contract/time.ts";
import { Misuse } from "../../program/mod.ts";

/**
 * Reads the value of an option that is a number.
 *
 * @throws {Misuse} If it is not an integer from `least` to `most`.
 */
export function readInteger(
  text: string,
  { name, least, most }: { name: string; least: number; most: number },
): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  throw new Misuse(`${name} cannot be ${JSON.stringify(text)}: it must be an integer from ${least} to ${most}`);
}

const Time = z.union([
  z.iso.date().transform((date) => `${date}T00:00:00Z`),
  z.iso.datetime({ offset: true }),
]);

/**
 * Reads the value of an option that is a time, a day for its first moment in UTC.
 *
 * @throws {Misuse} If it is none.
 */
export function readTime(text: string | undefined, name: string): string | undefined {
  if (text === undefined) return undefined;
  const { data } = Time.safeParse(text);
  if (data !== undefined) return data;
  throw new Misuse(`${name} cannot be ${JSON.stringify(text)}: it must be as 2026-03-01 or 2026-03-01T09:30:00Z`);
}

const DAY_MS = 86_400_000;
/** Milliseconds of what a span is told in. */
const SPANS: Readonly<Record<string, number>> = { d: DAY_MS, h: 3_600_000, m: 60_000, s: 1_000 };

/** A span such as `90d`, `12h`, `30m` or `45s` in milliseconds; undefined if it is none. */
function spanOf(text: string): number | undefined {
  const [, count, unit = ""] = /^(\d{1,9})([dhms])$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (SPANS[unit] ?? NaN);
}

/**
 * Reads the value of an option that is a span, in milliseconds.
 *
 * @throws {Misuse} If it is none, or longer than `most` milliseconds.
 */
export function readSpan(text: string | undefined, { name, most }: { name: string; most: number }): number | undefined {
  if (text === undefined) return undefined;
  const span = text === "0" ? 0 : spanOf(text);
  if (span !== undefined && span <= most) return span;
  const right = `it must be as 30m, 12h or 1d, at most ${most / DAY_MS}d, or 0`;
  throw new Misuse(`${name} cannot be ${JSON.stringify(text)}: ${right}`);
}

/**
 * Reads the value of an option that is a moment to come: a time, as {@linkcode readTime}, or a span from now.
 *
 * @throws {Misuse} If it is neither, or no moment that can be written.
 */
export function readMoment(
  text: string | undefined,
  { name, now }: { name: string; now: number },
): string | undefined {
  if (text === undefined) return undefined;
  const span = spanOf(text);
  const { data } = Time.safeParse(text);
  if (span !== undefined) return timeText(now + span);
  if (data !== undefined) return data;
  throw new Misuse(
    `${name} cannot be ${JSON.stringify(text)}: it must be as 2026-03-01, 2026-03-01T09:30:00Z, 90d, 12h or 30m`,
  );
}

/**
 * Reads the value of an option that is the name of one phone, as the history has it.
 *
 * @throws {Misuse} If no phone can be called so: such as a pattern, or a device id.
 */
export function readPhoneName(text: string | undefined, name: string): string | undefined {
  return named(text, { name, pattern: /^[\w.~-]+:[\w.~-]+$/, right: "the whole name of one phone, PLUGIN:ID" });
}

/**
 * Reads the value of an option that is the id of a token, as the history has it.
 *
 * @throws {Misuse} If no token has such an id: such as its name.
 */
export function readTokenId(text: string | undefined, name: string): string | undefined {
  const right = "a token's id, as token list says it, such as t-0123456789ab, or operator";
  return named(text, { name, pattern: /^(?:operator|t-[0-9a-f]{12})$/, right });
}

function named(
  text: string | undefined,
  { name, pattern, right }: { name: string; pattern: RegExp; right: string },
): string | undefined {
  if (text === undefined || pattern.test(text)) return text;
  throw new Misuse(`${name} cannot be ${JSON.stringify(text)}: it must be ${right}`);
}
