/**
 * Whether the files of an open database still lie where they lay.
 *
 * Whoever deletes or replaces a file that a process has open does not stop that process: it goes on in a file without a
 * name, and all is lost when it ends. They are only looked at: a file that is opened and closed again here would take
 * SQLite's locks with it.
 *
 * @module
 */
import { basename } from "node:path";

/** The database, its write-ahead log, and the index of that. */
const SUFFIXES = ["", "-wal", "-shm"];

interface Known {
  readonly path: string;
  readonly dev: number;
  readonly ino: number | null;
  /** As it was last seen, bytes. */
  size: number;
}

/** What a path leads to; undefined if to nothing. @throws What Deno says if nobody can tell. */
function statOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The files of a database, as they were when it was opened. */
export class FileIdentity {
  readonly #files: readonly Known[];
  readonly #isWhole: () => boolean;

  /**
   * @param path The database, which is open, with its log.
   * @param options.isWhole Whether what was written last can be read from the files: a log is cut by whoever moves all
   * of it into the database, too.
   */
  constructor(path: string, { isWhole }: { isWhole: () => boolean }) {
    this.#isWhole = isWhole;
    this.#files = SUFFIXES.flatMap((suffix) => {
      const info = statOf(`${path}${suffix}`);
      return info ? [{ path: `${path}${suffix}`, dev: info.dev, ino: info.ino, size: info.size }] : [];
    });
  }

  /** What somebody has done to them, in words without the folder; undefined if nothing. Takes 5 us. */
  lost(): string | undefined {
    for (const file of this.#files) {
      const name = basename(file.path);
      const info = statOrUnknown(file.path);
      if (info === "unknown") continue;
      if (info === undefined) return `${name} has been deleted or moved away`;
      if (!isSame(file, info)) return `${name} has been replaced by another file`;
      const { size } = file;
      file.size = info.size;
      if (info.size < size && (file === this.#files[0] || !this.#isWhole())) {
        return `${name} has been cut from ${size} to ${info.size} bytes`;
      }
    }
    return undefined;
  }

  /**
   * Closes the database: SQLite then deletes log and index by their names, whosever they are by now. What is not ours
   * stays.
   */
  closing(close: () => void): void {
    const others = this.#files.slice(1).filter((file) => {
      const info = statOf(file.path);
      return info !== undefined && !isSame(file, info);
    });
    const aside = (path: string) => `${path}.kept`;
    for (const { path } of others) Deno.renameSync(path, aside(path));
    try {
      close();
    } finally {
      for (const { path } of others) Deno.renameSync(aside(path), path);
    }
  }
}

function isSame(known: Known, { dev, ino }: Deno.FileInfo): boolean {
  return known.dev === dev && known.ino === ino;
}

/** A folder that cannot be looked into for now says nothing of what is in it. */
function statOrUnknown(path: string): Deno.FileInfo | "unknown" | undefined {
  try {
    return statOf(path);
  } catch {
    return "unknown";
  }
}
