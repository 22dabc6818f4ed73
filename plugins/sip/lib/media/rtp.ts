/**
 * RTP packets (RFC 3550 section 5.1).
 *
 * @module
 */

/** One packet. */
export interface RtpPacket {
  /** Which format, 0…127. */
  payloadType: number;
  /** The first of a stretch of sound, or of an event. */
  marker: boolean;
  /** Rises by one with each packet, modulo 2^16. */
  sequence: number;
  /** When it was sampled, in ticks, modulo 2^32. */
  timestamp: number;
  /** Who sends. */
  source: number;
  /** What it carries. */
  payload: Uint8Array;
}

const HEADER_BYTES = 12;
const VERSION = 2;

/** Reads a packet. @returns Nothing if it is not one. */
export function readPacket(bytes: Uint8Array): RtpPacket | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [first, second] = [view.getUint8(0), view.getUint8(1)];
  if (first >> 6 !== VERSION) return undefined;
  let start = HEADER_BYTES + 4 * (first & 0x0f);
  if (first & 0x10) {
    if (start + 4 > bytes.length) return undefined;
    start += 4 + 4 * view.getUint16(start + 2);
  }
  const padding = first & 0x20 ? view.getUint8(bytes.length - 1) : 0;
  if (start > bytes.length - padding) return undefined;
  return {
    payloadType: second & 0x7f,
    marker: (second & 0x80) !== 0,
    sequence: view.getUint16(2),
    timestamp: view.getUint32(4),
    source: view.getUint32(8),
    payload: bytes.subarray(start, bytes.length - padding),
  };
}

/** Writes a packet. */
export function writePacket({ payloadType, marker, sequence, timestamp, source, payload }: RtpPacket): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, VERSION << 6);
  view.setUint8(1, (marker ? 0x80 : 0) | payloadType);
  view.setUint16(2, sequence);
  view.setUint32(4, timestamp);
  view.setUint32(8, source);
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}
