/**
 * Where an error of a plugin comes from, for its author and its operator.
 *
 * @module
 */
import { wordsOf } from "../core/contract/errors.ts";

/** How many causes of causes are told. */
const MOST_CAUSES = 5;
/** Frames of the SDK and of the runtime say nothing of the plugin. */
const OURS = new URL("..", import.meta.url).href;
const PLACE = /(?:\(|at (?:async )?)((?:file|https?|npm|jsr|data|blob):[^\s()]+:\d+:\d+)\)?$/gm;

/** An error with its stack and those of its causes; of whatever else was thrown, its words. */
export function stackOf(error: unknown): string {
  const told: string[] = [];
  for (let next = error; next !== undefined && told.length < MOST_CAUSES; next = causeOf(next)) {
    told.push(frames(next) || wordsOf(next));
  }
  return told.join(" caused by ");
}

/** The line of the plugin that an error comes from, as ` (file:///…/main.ts:3:14)`; empty where that is not known. */
export function placeOf(error: unknown): string {
  const [place] = [...frames(error).matchAll(PLACE)].flatMap(([, place = ""]) => place.startsWith(OURS) ? [] : [place]);
  return place === undefined ? "" : ` (${place})`;
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}

function frames(error: unknown): string {
  try {
    return error instanceof Error && typeof error.stack === "string" ? error.stack : "";
  } catch {
    return "";
  }
}
