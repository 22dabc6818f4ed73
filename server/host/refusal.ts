/**
 * Why a plugin is not started, in words for its operator.
 *
 * @module
 */

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
    super(message, options);
    this.state = state;
  }
}
