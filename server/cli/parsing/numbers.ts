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
