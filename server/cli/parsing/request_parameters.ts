/**
 * The parameters of an operation as `key=value` on a command line.
 *
 * @module
 */
import { resolve } from "node:path";
import { z } from "zod";
import { wordsOf } from "../../core/contract/errors.ts";
import { isExact } from "../../core/contract/exact_json.ts";
import { OPERATION_TABLE } from "../../core/contract/operation_table.ts";
import type { OperationName, OperationParameters } from "../../core/contract/operations.ts";
import type { ParameterKind, Parameters } from "../../core/contract/parameter.ts";
import { Misuse } from "../../program/mod.ts";
import { orNearest } from "./nearest.ts";

/** Bytes are read from this file name on; `-` is the standard input. */
const FILE = "@";
/** What the server takes for base64. */
const BASE64 = z.base64();

/**
 * Reads `key=value` pairs: a value becomes what the operation takes there, a number, a text, or a list that
 * commas part. Bytes are base64, or a file after `@`.
 *
 * @throws {Misuse} If a pair is none, or is not one of the operation.
 */
export async function readParameters<Name extends OperationName>(
  operation: Name,
  pairs: readonly string[],
): Promise<OperationParameters[Name]> {
  const known: Parameters = OPERATION_TABLE[operation].parameters;
  const names = Object.keys(known);
  const parameters: Record<string, unknown> = {};
  for (const pair of pairs) {
    const [, key = "", text = ""] = /^(\w+)=([^]*)$/.exec(pair) ?? [];
    if (key === "") throw new Misuse(`${operation} cannot take ${JSON.stringify(pair)}: it must be KEY=VALUE`);
    if (Object.hasOwn(parameters, key)) throw new Misuse(`${operation} is given ${key} twice`);
    const parameter = Object.hasOwn(known, key) ? known[key] : undefined;
    if (parameter === undefined) {
      const near = orNearest(key, { among: names }) || `: it takes ${names.join(", ")}`;
      throw new Misuse(`${operation} has no ${key}${near}`);
    }
    parameters[key] = await readValue(text, { kind: parameter.kind, name: `${operation} ${key}` });
  }
  const missing = Object.entries(known).filter(([name, parameter]) =>
    !Object.hasOwn(parameters, name) && !("optional" in parameter)
  );
  if (missing.length > 0) throw new Misuse(`${operation} needs ${missing.map(([name]) => `${name}=…`).join(" ")}`);
  // Each has the JSON type that the table names; whether telephony knows the value is the server's question.
  return parameters as OperationParameters[Name];
}

async function readValue(text: string, { kind, name }: { kind: ParameterKind; name: string }): Promise<unknown> {
  const number = readNumber(text);
  switch (kind) {
    case "number":
      if (number !== undefined) return number;
      throw new Misuse(`${name} cannot be ${JSON.stringify(text)}: it must be a number, and one that a double holds`);
    case "nameOrNumber":
      return number ?? text;
    case "names":
      return text.split(",").filter((item) => item !== "");
    case "bytes":
      if (text.startsWith(FILE)) return (await readBytes(text.slice(FILE.length))).toBase64();
      if (BASE64.safeParse(text).success) return text;
      throw new Misuse(`${name} cannot be ${JSON.stringify(text)}: it must be base64`);
    case "name":
    case "text":
      return text;
  }
}

function readNumber(text: string): number | undefined {
  return /^-?\d+(\.\d+)?$/.test(text) && isExact(text) ? Number(text) : undefined;
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return path === "-" ? await new Response(Deno.stdin.readable).bytes() : await Deno.readFile(resolve(path));
  } catch (error) {
    throw new Misuse(`Cannot read ${path}: ${wordsOf(error)}`);
  }
}
