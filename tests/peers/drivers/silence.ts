/**
 * What a phone without a microphone says: nothing, for as long as any test lasts.
 *
 * @module
 */

const RATE = 8_000;
const SECONDS = 120;
const SAMPLE_BYTES = 2;
const HEADER_BYTES = 44;

/** Writes silence as a WAV file: 8 kHz, 16 bits, mono. baresip hangs up where its file ends. */
export async function writeSilence(path: string): Promise<void> {
  const bytes = RATE * SECONDS * SAMPLE_BYTES;
  const header = new DataView(new ArrayBuffer(HEADER_BYTES));
  const write = (at: number, text: string) => [...text].forEach((c, i) => header.setUint8(at + i, c.charCodeAt(0)));
  write(0, "RIFF");
  header.setUint32(4, HEADER_BYTES - 8 + bytes, true);
  write(8, "WAVEfmt ");
  header.setUint32(16, 16, true);
  header.setUint16(20, 1, true);
  header.setUint16(22, 1, true);
  header.setUint32(24, RATE, true);
  header.setUint32(28, RATE * SAMPLE_BYTES, true);
  header.setUint16(32, SAMPLE_BYTES, true);
  header.setUint16(34, 8 * SAMPLE_BYTES, true);
  write(36, "data");
  header.setUint32(40, bytes, true);
  await Deno.writeFile(path, new Uint8Array(header.buffer));
  await Deno.truncate(path, HEADER_BYTES + bytes);
}
