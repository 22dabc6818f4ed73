/**
 * The groups that routes are sorted into.
 *
 * @module
 */

/** Every group, with what it is about. */
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
