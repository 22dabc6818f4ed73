/**
 * What a plugin prints by `console`, turned to standard error with its level before each line, as services tell it to
 * systemd (`<3>` is an error: sd-daemon(3)). Standard output carries the wire: nothing may be printed there.
 *
 * @module
 */
import { Console } from "node:console";

const LEVELS = { debug: 7, warn: 4, error: 3, trace: 3, assert: 3 } as const;
const USUAL = 6;

/**
 * Has every method of `console` print so, whatever module took it from where.
 *
 * @param write Takes whole lines.
 */
export function turnConsole(write: (bytes: Uint8Array) => void): void {
  const encoder = new TextEncoder();
  let level: number = USUAL;
  const stream = {
    write(text: string): boolean {
      const lines = text.replace(/\n$/, "").split("\n");
      write(encoder.encode(lines.map((line) => `<${level}>${line}\n`).join("")));
      return true;
    },
  };
  // Ignoring errors, it would listen for them; so it asks nothing of a stream but to write.
  const printing = new Console({
    stdout: stream as never,
    stderr: stream as never,
    ignoreErrors: false,
    colorMode: false,
  });
  const methods = Object.entries(printing).filter(([, value]) => typeof value === "function");
  Object.assign(console, Object.fromEntries(methods));
  for (const [name, its] of Object.entries(LEVELS)) {
    const method = printing[name as keyof typeof LEVELS] as (...args: unknown[]) => void;
    const leveled = (...args: unknown[]) => {
      level = its;
      try {
        method.apply(printing, args);
      } finally {
        level = USUAL;
      }
    };
    Object.assign(console, { [name]: leveled });
  }
}
