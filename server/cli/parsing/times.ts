import { z } from "zod";
import { Misuse } from "../../program/mod.ts";

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
