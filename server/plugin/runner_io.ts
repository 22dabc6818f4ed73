/**
 * The runner's own way to the host, taken before the plugin's module is evaluated: it must be the runner's first
 * import.
 *
 * Standard output carries the wire. Whatever the plugin prints would break it, so printing is turned to standard error,
 * which becomes the plugin's log.
 *
 * @module
 */
import process from "node:process";
import { turnConsole } from "./printing.ts";

const { stderr, stdin, stdout } = Deno;
const exit: typeof Deno.exit = Deno.exit;

/** Reads what the host writes; null at its end. */
export function read(buffer: Uint8Array): Promise<number | null> {
  return stdin.read(buffer);
}

/** Writes a whole frame; waits while the host does not read. */
export function write(frame: Uint8Array): void {
  writeWhole(stdout, frame);
}

function writeWhole(to: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array): void {
  for (let offset = 0; offset < bytes.length;) offset += to.writeSync(bytes.subarray(offset));
}

/** Ends the process. */
export function leave(code: number): never {
  exit(code);
}

// They would leave files behind that nobody granted.
for (const storage of ["localStorage", "caches"] as const) Reflect.deleteProperty(globalThis, storage);
Object.defineProperty(Deno, "stdout", { value: stderr });
Object.defineProperty(process, "stdout", { value: process.stderr });
turnConsole((lines) => writeWhole(stderr, lines));
