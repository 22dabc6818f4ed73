/**
 * CSeq: the number and method of a request (RFC 3261 20.16).
 *
 * @module
 */
import { parseNumber } from "./numbers.ts";
import { Scanner } from "./scan.ts";

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
