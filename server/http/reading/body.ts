/**
 * Bodies from outside: what they may be before anybody looks at what they say.
 *
 * @module
 */
import { type ApiBounds, checkJson, Refusal } from "../../api/mod.ts";
import { parseJson } from "../../core/contract/exact_json.ts";
import { quoted } from "../../core/contract/quoted.ts";

const lenient = new TextDecoder();
const strict = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads a body as JSON.
 *
 * @throws {Refusal} `not-json` for another media type, `too-large`, or `bad-request` for what is not UTF-8 or not JSON.
 */
export async function readJson(request: Request, bounds: ApiBounds): Promise<unknown> {
  checkMediaType(request.headers);
  return readText(decode(await readBytes(request, bounds.bodyBytes)), { depth: bounds.jsonDepth });
}

/**
 * Reads a body that may be left out; undefined then.
 *
 * @throws {Refusal} As {@linkcode readJson}.
 */
export async function readJsonIfAny(request: Request, bounds: ApiBounds): Promise<unknown> {
  const bytes = await readBytes(request, bounds.bodyBytes);
  if (bytes.length === 0) return undefined;
  checkMediaType(request.headers);
  return readText(decode(bytes), { depth: bounds.jsonDepth });
}

function readText(text: string, { depth }: { depth: number }): unknown {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    throw new Refusal("bad-request", text === "" ? "The body is empty: it must be JSON" : "The body is not valid JSON");
  }
  checkJson(value, { depth, what: "body" });
  return value;
}

function decode(bytes: Uint8Array): string {
  // The strict decoder takes more than twice the time: it is asked only where the lenient one may have put a
  // replacement.
  const text = lenient.decode(bytes);
  if (!text.includes("\uFFFD")) return text;
  try {
    return strict.decode(bytes);
  } catch {
    throw new Refusal("bad-request", "The body is not valid UTF-8");
  }
}

function checkMediaType(headers: Headers): void {
  const type = headers.get("content-type");
  if (type !== "application/json" && !/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type ?? "")) {
    const was = type === null ? "is missing" : `is ${quoted(type)}`;
    throw new Refusal("not-json", `The Content-Type ${was}; it must be application/json, in UTF-8`);
  }
  const coding = headers.get("content-encoding");
  if (coding !== null && coding.toLowerCase() !== "identity") {
    throw new Refusal("not-json", `The Content-Encoding is ${quoted(coding)}; the body must be sent as it is`);
  }
}

async function readBytes(request: Request, limit: number): Promise<Uint8Array> {
  const tooLarge = () => new Refusal("too-large", `The body is larger than ${limit} bytes`);
  const declared = request.headers.get("content-length");
  if (declared !== null && Number(declared) > limit) throw tooLarge();
  try {
    // With a declared length the server's HTTP parser ends the body there: only a chunked one must be counted while it
    // is read.
    return declared === null ? await readCounted(request.body, { limit, tooLarge }) : await request.bytes();
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal("bad-request", "The body ended before it was whole");
  }
}

async function readCounted(
  body: ReadableStream<Uint8Array> | null,
  { limit, tooLarge }: { limit: number; tooLarge: () => Refusal },
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > limit) throw tooLarge();
    chunks.push(chunk);
  }
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
