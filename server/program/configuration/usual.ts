/**
 * What holds where neither flag nor file says otherwise, and how a plugin is named that comes with Switchroom: apart
 * from the schema, so that a start can know it without.
 *
 * @module
 */

/** Where a server listens. */
export const DEFAULT_LISTEN = "127.0.0.1:8274";

/** The data folder, relative to the file's folder. */
export const DEFAULT_DATA = "data";

/** The name of a plugin that comes with Switchroom, by its source; undefined for a source that is a folder. */
export function shippedName(source: string): string | undefined {
  return /^switchroom:(.*)$/s.exec(source)?.[1];
}
