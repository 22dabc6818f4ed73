/** What makes the heap larger or smaller without being kept for inputs. */
export const HEAP_NOISE = 24 * 1_048_576;

/** How many bytes of the heap are in use; the process must have been started with `--v8-flags=--expose-gc`. */
export function heapBytes(): number {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) throw new Error("Cannot tell what is in use without --v8-flags=--expose-gc");
  gc();
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}
