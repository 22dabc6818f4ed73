/**
 * How a plugin says that it cannot start, and what would help.
 *
 * @module
 */

/**
 * Thrown by a plugin's factory or `start`: it cannot run now. The process ends, and the host tries again with another
 * one, slower and slower up to every five minutes, for as long as the server lives: a device that is switched off, an
 * address that the machine does not have yet. Neither is a crash.
 *
 * With `retry: false` nothing helps until somebody changes something, such as a configuration that contradicts itself:
 * then it is not tried again before its operator says so.
 *
 * @example Both
 * ```ts
 * import { definePlugin, PluginUnavailable } from "./mod.ts";
 *
 * export default definePlugin<{ host: string; line: number; lines: number }>((_, { host, line, lines }) => ({
 *   async start() {
 *     if (line >= lines) {
 *       throw new PluginUnavailable(`"line" is ${line}, and "lines" ${lines}: it must be less`, { retry: false });
 *     }
 *     try {
 *       await Deno.connect({ hostname: host, port: 5060 });
 *     } catch (cause) {
 *       throw new PluginUnavailable(`The exchange at ${host} does not answer`, { cause });
 *     }
 *   },
 * }));
 * ```
 */
export class PluginUnavailable extends Error {
  /** Its class, by which a log shows it. */
  override readonly name = "PluginUnavailable";
  /** Whether another try may help. */
  readonly retry: boolean;

  /**
   * Makes what a start rejects with.
   *
   * @param message What was attempted, what was wrong and what would be right; for the operator.
   * @param options Whether another try may help, which it may if left out, and the cause.
   */
  constructor(message: string, { retry = true, ...options }: ErrorOptions & { retry?: boolean } = {}) {
    super(message, options);
    this.retry = retry;
  }
}
