/**
 * What the body of a message holds for whoever asks: a body of a type that he understands, nothing that matters, or
 * what is to be refused (RFC 3261 8.2.3 and 20.11, RFC 5621). Nobody looks at a body without asking here.
 *
 * @module
 */
import type { Header } from "./headers.ts";
import { MalformedMessage } from "./message.ts";
import { type Entity, splitParts } from "./multipart.ts";
import { paramOf } from "./params.ts";
import { parseValue, type Value } from "./value.ts";

/** What is understood. */
export interface Understood {
  /** Types, in small letters; a message that does not say the type of its body means the first. */
  readonly types: readonly string[];
  /** What such a body is for (Content-Disposition); one that does not say is for that. All are meant, if left out. */
  readonly disposition?: string;
}

/** Why a body is refused: an answer to a request. */
export interface ContentRefusal {
  readonly status: number;
  readonly reason?: string;
  /** What would be understood. */
  readonly headers: Header[];
}

/** What there is; `undefined`, if there is nothing, or nothing that must be understood. */
export type Content = { type: string; body: Uint8Array } | { refuse: ContentRefusal } | undefined;

/** Parts within parts: whoever goes further has something else in mind than a call. */
const DEEPEST = 4;

const ALTERNATIVE = "multipart/alternative";
/** What a part is that does not say its type (RFC 2046 5.1). */
const PART = "text/plain";
/** What leaves the bytes as they are (RFC 2045 6). */
const PLAIN: readonly string[] = ["7bit", "8bit", "binary"];

const ENCODED: ContentRefusal = { status: 415, headers: [["Accept-Encoding", "identity"]] };

/** The value of an Accept that says what is understood. */
export function acceptOf({ types }: Understood): string {
  return [...types, ALTERNATIVE, "multipart/mixed"].join(", ");
}

/** Finds what a message holds. */
export function contentOf(message: Entity, understood: Understood): Content {
  return read(message, { understood, depth: 0 });
}

/** What is asked for, and how deep within parts. */
interface Asked {
  understood: Understood;
  depth: number;
}

function read(entity: Entity, asked: Asked): Content {
  if (entity.body.length === 0) return undefined;
  const content = orMalformed(() => judge(entity, asked), (reason) => refused({ status: 400, reason, headers: [] }));
  return isRefused(content) && handlingOf(entity) === "optional" ? undefined : content;
}

/** Why a body cannot be read whatever it holds: it is encoded, and may not be passed over (RFC 3261 8.2.3). */
export function encodingRefusal(message: Entity): ContentRefusal | undefined {
  const isRead = message.body.length > 0 && isEncoded(message) && handlingOf(message) !== "optional";
  return isRead ? ENCODED : undefined;
}

function judge(entity: Entity, { understood, depth }: Asked): Content {
  if (isEncoded(entity)) return refused(ENCODED);
  const usual = depth > 0 ? PART : understood.types[0] ?? "";
  const { word, params } = valueOf(entity, "Content-Type") ?? { word: usual, params: [] };
  const type = word.toLowerCase();
  if (type.startsWith("multipart/") && depth < DEEPEST) {
    const parts = splitParts(entity.body, paramOf(params, "boundary"));
    const contents = parts.map((part) => read(part, { understood, depth: depth + 1 }));
    return type === ALTERNATIVE ? bestOf(contents) : allOf(contents, parts);
  }
  const disposition = valueOf(entity, "Content-Disposition")?.word.toLowerCase() ?? understood.disposition;
  const isAskedFor = understood.types.includes(type) && disposition === (understood.disposition ?? disposition);
  return isAskedFor
    ? { type, body: entity.body }
    : refused({ status: 415, headers: [["Accept", acceptOf(understood)]] });
}

/** The later a part, the better it is to whom has sent it (RFC 2046 5.1.4). */
function bestOf(contents: readonly Content[]): Content {
  return contents.findLast(isFound) ?? contents.find(isRefused);
}

/**
 * Beside what was found the others matter only if they say so: locations, ISUP and pictures come with descriptions, and
 * most do not say that they may be passed over.
 */
function allOf(contents: readonly Content[], parts: readonly Entity[]): Content {
  const insisted = contents.find((content, nth) => {
    const part = parts[nth];
    return isRefused(content) && part !== undefined && handlingOf(part) === "required";
  });
  return insisted ?? contents.find(isFound) ?? contents.find(isRefused);
}

function isFound(content: Content): boolean {
  return content !== undefined && "body" in content;
}

function isRefused(content: Content): boolean {
  return content !== undefined && "refuse" in content;
}

function refused(refuse: ContentRefusal): Content {
  return { refuse };
}

/** A disposition that cannot be read lets nothing be passed over. */
function handlingOf(entity: Entity): string | undefined {
  const disposition = orMalformed(() => valueOf(entity, "Content-Disposition"), () => undefined);
  return disposition && paramOf(disposition.params, "handling")?.toLowerCase();
}

function orMalformed<T>(read: () => T, otherwise: (reason: string) => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof MalformedMessage) return otherwise(error.reason);
    throw error;
  }
}

function isEncoded({ headers }: Entity): boolean {
  const transfer = headers.get("Content-Transfer-Encoding")?.toLowerCase();
  return headers.all("Content-Encoding").some((encoding) => encoding.toLowerCase() !== "identity") ||
    transfer !== undefined && !PLAIN.includes(transfer);
}

function valueOf({ headers }: Entity, name: string): Value | undefined {
  const text = headers.get(name);
  return text === undefined ? undefined : parseValue(text, name);
}
