/**
 * What holds where neither flag nor file says otherwise, and which plugins are named and not found by a folder: apart
 * from the schema, so that a start can know it without.
 *
 * @module
 */

/** Where a server listens. */
export const DEFAULT_LISTEN = "127.0.0.1:8274";

/** The data folder, relative to the file's folder. */
export const DEFAULT_DATA = "data";

/** Whether a plugin's source is a name, as `builtin:virtual` is, and not a folder. */
export function isNamed(source: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+.-]*:/.test(source);
}
