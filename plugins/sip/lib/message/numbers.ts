/**
 * Numbers of the wire, within their bounds; the one of CSeq with its method.
 *
 * @module
 */
import { MalformedMessage } from "./message.ts";
import { Scanner } from "./scan.ts";

/** What a number is of, and how small and large it may be. */
export interface NumberBounds {
  of: string;
  least: number;
  most: number;
}

/**
 * Reads a number of decimal digits.
 *
 * @throws {MalformedMessage} If there is anything else, or it is out of its bounds.
 */
export function parseNumber(text: string, { of, least, most }: NumberBounds): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (!(number >= least && number <= most)) {
    throw new MalformedMessage(400, `${of} must be a number from ${least} to ${most}`);
  }
  return number;
}

/** Reads a port, 1 to 65,535. @throws {MalformedMessage} If it is not one. */
export function parsePort(text: string, of: string): number {
  return parseNumber(text, { of, least: 1, most: 65_535 });
}

/** Reads seconds as in Expires, 0 to 2^32 - 1. @throws {MalformedMessage} If they are not. */
export function parseSeconds(text: string, of: string): number {
  return parseNumber(text, { of, least: 0, most: 0xffff_ffff });
}

/** Reads a quality, 0 to 1 with at most three digits after its point. @throws {MalformedMessage} If it is not one. */
export function parseQuality(text: string): number {
  if (!/^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(text)) {
    throw new MalformedMessage(400, "q must be from 0 to 1 with at most three digits after the point");
  }
  return Number(text);
}

/** The place of a request in its sequence. */
export interface CSeq {
  /** 0 to 2^31 - 1. */
  number: number;
  method: string;
}

/** Reads a CSeq. @throws {MalformedMessage} If it is not one. */
export function parseCSeq(text: string): CSeq {
  const scanner = new Scanner(text, "CSeq");
  const number = parseNumber(scanner.until(" \t"), { of: "CSeq", least: 0, most: 0x7fff_ffff });
  scanner.space();
  const method = scanner.token();
  scanner.space();
  if (!scanner.done) throw scanner.refuse("has something after its method");
  return { number, method };
}
