/**
 * What a route says of itself, for `/v1/openapi.json`: whatever a caller must know that method, path and scope do not
 * say already.
 *
 * @module
 */
import type { z } from "zod";
import type { Description as Described, RefusalKind } from "../../api/mod.ts";
import type { PhoneErrorName } from "../../core/contract/errors.ts";
import type { Shape } from "../../core/contract/shape.ts";
import type { AnswerHeader, CallHeader } from "./headers.ts";

/** Every group that routes are sorted into, with what it is about. */
export const TAGS = {
  applications: "A client's sessions: their beginning, lease, events and end.",
  phones: "The devices that plugins offer.",
  handles: "Opened phones: what they show, what they want to hear, their close.",
  requests: "Asking a phone for one of the nine operations, and what became of it.",
  history: "What has happened, as an auditor reads it.",
  operator: "Tokens, plugins, and what belongs to others.",
  documents: "What can be asked and what is sent, for machines.",
  health: "Whether the server lives and can work, and how it is called.",
} as const;

/** One of {@linkcode TAGS}. */
export type Tag = keyof typeof TAGS;

/** A refusal or telephony error that a route can answer, or that the server is at fault. */
export type ProblemName = RefusalKind | PhoneErrorName | "internal";

/** One answer that is not a problem. */
export interface AnswerDescription {
  /** What has happened when a client gets it; a sentence. */
  readonly description: string;
  /** What its JSON is. Its shape is never asked on the way of a call. */
  readonly body?: Shape;
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
  readonly path?: Readonly<Record<string, Described>>;
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
   * The problems that it can answer, beyond what any call can: a bad token or scope, a body, query or header that does
   * not fit, a server that is stopping or at fault.
   */
  readonly problems?: readonly ProblemName[];
  /** Whether a driver is asked, which can answer any telephony error, its vendor's own too. */
  readonly asksDriver?: boolean;
}
