/** Bytes of a file that an operator names, at most. */
const MOST_BYTES = 1_048_576;

/**
 * Reads a text file of at most 1 MiB.
 *
 * @throws {TypeError} If it is no file: whoever reads a pipe waits until somebody writes, and a device may have no end.
 * @throws {RangeError} If it is larger; what `Deno.readTextFile` throws if it cannot be read.
 */
export async function readSmallFile(path: string): Promise<string> {
  const { isFile, size } = await Deno.stat(path);
  if (!isFile) throw new TypeError("it is not a file");
  if (size > MOST_BYTES) throw new RangeError(`it has ${size} bytes, at most ${MOST_BYTES} are read`);
  return await Deno.readTextFile(path);
}
