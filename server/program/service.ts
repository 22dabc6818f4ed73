/**
 * A server that a service manager has started: what it prints is kept in a journal, which more people read than may
 * have a token.
 *
 * @module
 */

/** Variables that systemd, and who does as it does, sets for what it starts. */
export const SERVICE_VARIABLES = ["NOTIFY_SOCKET", "INVOCATION_ID"] as const;

/**
 * Whether a service manager has started this process. A terminal within a session of systemd has the variables too, and
 * is in front of whoever started it.
 */
export function isService(): boolean {
  return SERVICE_VARIABLES.some((name) => Boolean(Deno.env.get(name))) && !Deno.stdout.isTerminal();
}
