/**
 * Why a plugin does not run, in words for its operator.
 *
 * @module
 */
import { keysOf } from "../core/contract/keys.ts";
import { spaced } from "../core/contract/text.ts";

/** Why one is stopped that nothing is wrong with: in these words, which say nothing of its inside. */
export const STOPPED_BECAUSE = {
  /** Its operator's command, or the end of the server. */
  commanded: "it was told to stop",
  /** The server's flag. */
  safe: "the server was started with --safe",
  /** The configuration. */
  disabled: "it is not enabled",
} as const;

/** How the reason of one begins that goes on being tried, because what it needs is not there yet. */
export const NOT_YET = "it cannot start yet";

/** Why the server may not read what its configuration names: its permissions are made of that at its start. */
export const SINCE_START =
  "the configuration names it since the server was started, which may read only what was named then. Restart the server";

/** What a plugin can take too much of, and the keys of its configuration that say how much. */
const LIMITED = { memory: "heapMb and memoryMb", "temporary files": "temporaryMb", "file size": "fileMb" } as const;

/** Why a process is ended that took more than it may: in these words, which say nothing of its inside. */
export function exceeded(what: keyof typeof LIMITED, mostMb: number): string {
  return `it exceeded its limit of ${what}, ${mostMb} MB (${LIMITED[what]})`;
}

/** Whether words say nothing but that a limit was exceeded, and perhaps how often: a plugin says words of its own, too. */
export function saysExceeded(words: string): boolean {
  const last = words.replace(/^it ended \d{1,3} times within five minutes, the last time because /, "");
  const mostMb = Number(/, (\d{1,6}) MB /.exec(last)?.[1]);
  return keysOf(LIMITED).some((what) => last === exceeded(what, mostMb));
}

/** The plugins cannot be started together as they are configured: the operator must change something. */
export class Misconfigured extends Error {
  override readonly name = "Misconfigured";
  /** What the process exits with. */
  readonly exitCode = 2;
}

/** Says that a plugin cannot be started as it is; trying again does not help until somebody changes something. */
export class PluginRefusal extends Error {
  override readonly name = "PluginRefusal";
  /** The state that the plugin settles in. */
  readonly state: "stopped" | "needsGrant";

  /**
   * @param message What was attempted, what was wrong and what would be right.
   * @param options The state, `stopped` if left out, and the cause.
   */
  constructor(
    message: string,
    { state = "stopped", ...options }: ErrorOptions & { state?: "stopped" | "needsGrant" } = {},
  ) {
    // It can quote what a plugin is made of.
    super(spaced(message), options);
    this.state = state;
  }
}
