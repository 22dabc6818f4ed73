/** Why a plugin is stopped that nothing is wrong with: in these words, which say nothing of its inside. */
export const STOPPED_BECAUSE = {
  /** Its operator's command, or the end of the server. */
  told: "it was told to stop",
  /** The server's flag. */
  safe: "the server was started with --safe",
  /** The configuration. */
  disabled: "it is not enabled",
} as const;
