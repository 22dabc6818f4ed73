/**
 * What a route says of itself, for `/v1/openapi.json`: whatever a caller must know that method, path and scope do not say already.
 *
 * @module
 */
import type { z } from "zod";
import type { ProblemName } from "./problems.ts";
import type { AnswerHeader, CallHeader } from "./headers.ts";
import type { Tag } from "./tags.ts";

/** One answer that is not a problem. */
export interface AnswerDescription {
  /** What has happened when a client gets it; a sentence. */
  readonly description: string;
  /** What its JSON is. Its shape is never asked on the way of a call. */
  readonly body?: z.ZodType;
  /** The media types of a body that is no JSON. */
  readonly media?: readonly string[];
  /** Headers of the answer that it is read for. */
  readonly headers?: readonly AnswerHeader[];
}

/** What a route says of itself. */
export interface Description {
  /** The name that a generated client gives to the call, in camel case; unique. */
  readonly id: string;
  /** The group that it is sorted into. */
  readonly tag: Tag;
  /** What it does, in a few words. */
  readonly summary: string;
  /** What else a caller must know, in Markdown. */
  readonly description?: string;
  /** The `:name`s of its path that are not among the well-known ones (`application`, `handle`, `phone`, `device`). */
  readonly path?: Readonly<Record<string, z.ZodType>>;
  /** The shape that its query is read with. */
  readonly query?: z.ZodObject;
  /** The shape that its body is read with. */
  readonly body?: z.ZodType;
  /** Whether the body may be left out. */
  readonly optionalBody?: boolean;
  /** Headers of the call that it heeds. */
  readonly headers?: readonly CallHeader[];
  /** What it answers when all is well, by status. */
  readonly answers: Readonly<Record<number, AnswerDescription>>;
  /**
   * The problems that it can answer, beyond what any call can: a bad token or scope, a body, query or header that does not fit, a server that is stopping or
   * at fault.
   */
  readonly problems?: readonly ProblemName[];
  /** Whether a driver is asked, which can answer any telephony error, its vendor's own too. */
  readonly asksDriver?: boolean;
}
