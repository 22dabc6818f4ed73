/**
 * The parameters of an operation as `key=value` on a command line.
 *
 * @module
 */
import { z } from "zod";
import { wordsOf } from "../../core/contract/errors.ts";
import type { OperationName } from "../../core/contract/operations.ts";
import { Misuse } from "../../program/mod.ts";
import { orNearest } from "./nearest.ts";
import { isOptional, shapesOf } from "./operation_keys.ts";
import { readPath } from "./values.ts";

/** Bytes are read from this file name on; `-` is the standard input. */
const FILE = "@";

/**
 * Reads `key=value` pairs: a value becomes what the operation's shape takes there, a number, a text, or a list that
 * commas part. Bytes are base64, or a file after `@`.
 *
 * @throws {Misuse} If a pair is none, or is not one of the operation.
 */
export async function readParameters(operation: OperationName, pairs: readonly string[]): Promise<object> {
  const shapes = shapesOf(operation);
  const names = [...shapes.keys()];
  const parameters: Record<string, unknown> = {};
  for (const pair of pairs) {
    const [, key = "", text = ""] = /^(\w+)=([^]*)$/.exec(pair) ?? [];
    if (key === "") throw new Misuse(`${operation} cannot take ${JSON.stringify(pair)}: it must be KEY=VALUE`);
    if (Object.hasOwn(parameters, key)) throw new Misuse(`${operation} is given ${key} twice`);
    const shape = shapes.get(key);
    if (shape === undefined) {
      const near = orNearest(key, { among: names }) || `: it takes ${names.join(", ")}`;
      throw new Misuse(`${operation} has no ${key}${near}`);
    }
    parameters[key] = await readValue(text, { shape, name: `${operation} ${key}` });
  }
  const missing = names.filter((name) => !Object.hasOwn(parameters, name) && !isOptional(shapes.get(name)));
  if (missing.length > 0) throw new Misuse(`${operation} needs ${missing.map((name) => `${name}=…`).join(" ")}`);
  return parameters;
}

async function readValue(
  text: string,
  { shape, name }: { shape: z.core.$ZodType; name: string },
): Promise<unknown> {
  const number = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
  const fits = (value: unknown) => value !== undefined && z.core.safeParse(shape, value).success;
  // A number first: what takes names and numbers takes a vendor's own mode as a number only.
  const value = [number, text, text.split(",").filter((item) => item !== "")].find(fits);
  if (value !== undefined) return value;
  if (text.startsWith(FILE)) return (await readBytes(text.slice(FILE.length))).toBase64();
  const { error } = z.core.safeParse(shape, number ?? text);
  throw new Misuse(`${name} cannot be ${JSON.stringify(text)}: it ${error?.issues[0]?.message}`);
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return path === "-" ? await new Response(Deno.stdin.readable).bytes() : await Deno.readFile(readPath(path));
  } catch (error) {
    throw new Misuse(`Cannot read ${path}: ${wordsOf(error)}`);
  }
}
