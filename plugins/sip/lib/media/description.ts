/**
 * Session descriptions (RFC 4566), as far as a telephone needs them.
 *
 * @module
 */
import { isIP } from "node:net";
import { canonicalHost } from "../message/mod.ts";

/** Who sends, as the side that says it sees it. */
export type Direction = "sendrecv" | "sendonly" | "recvonly" | "inactive";

/** One kind of sound that a section offers. */
export interface Format {
  /** Its number in RTP packets, 0…127. */
  readonly payload: number;
  /** Lower case: `pcmu`. */
  readonly codec: string;
  /** Ticks of its timestamps a second. */
  readonly rate: number;
}

/** One m= section. */
export interface Section {
  /** `audio`, `video` … */
  readonly kind: string;
  /** 0 = refused, or no longer wanted. */
  readonly port: number;
  /** `RTP/AVP` … */
  readonly protocol: string;
  /** The formats as they were written, for an answer that refuses the section. */
  readonly written: string;
  /** Those whose codec is known, in order of preference. */
  readonly formats: readonly Format[];
  /** An IP literal in its one spelling; absent where a name stands in its place. */
  readonly host?: string;
  /** Who sends. */
  readonly direction: Direction;
}

/** A session description cannot be used. */
export class UnusableDescription extends Error {
  override readonly name = "UnusableDescription";
}

const MOST_BYTES = 16_384;
const MOST_SECTIONS = 16;
const MEDIA = /^([!-~]+) (\d{1,5})(?:\/\d{1,5})? ([!-~]+)((?: [!-~]+)+)$/;
const CONNECTION = /^IN IP[46] ([^ /]+)(?:\/\S+)?$/;
const RTPMAP = /^rtpmap:(\d{1,3}) ([!-.0-~]+)\/(\d{1,6})(?:\/1)?$/;
/** What needs no rtpmap (RFC 3551 section 6), of what we speak. */
export const PCMU_AND_PCMA: readonly Format[] = [
  { payload: 0, codec: "pcmu", rate: 8000 },
  { payload: 8, codec: "pcma", rate: 8000 },
];
const DIRECTIONS: readonly string[] = ["sendrecv", "sendonly", "recvonly", "inactive"] satisfies Direction[];

/** Lines of one level: the session's, or a section's. */
interface Level {
  media?: string;
  host?: string | undefined;
  direction?: Direction;
  formats: Map<number, Format>;
}

/**
 * Reads the sections of a description. Lines that say nothing to a telephone are passed over.
 *
 * @throws {UnusableDescription} If it is too long, or an m=, c= or rtpmap line of it cannot be understood.
 */
export function readDescription(body: Uint8Array): Section[] {
  if (body.length > MOST_BYTES) throw unusable(`it has ${body.length} bytes; ${MOST_BYTES} are the most`);
  const session: Level = { formats: new Map() };
  const levels: Level[] = [];
  for (const line of new TextDecoder().decode(body).split(/\r\n|\n|\r/)) {
    const value = line.slice(2).trim();
    const level = levels.at(-1) ?? session;
    if (line.startsWith("m=")) levels.push({ media: value, formats: new Map() });
    else if (line.startsWith("c=")) level.host = hostOf(value);
    else if (line.startsWith("a=")) readAttribute(value, level);
    if (levels.length > MOST_SECTIONS) throw unusable(`it has more than ${MOST_SECTIONS} m= lines`);
  }
  return levels.map((level) => sectionOf(level, session));
}

function hostOf(value: string): string | undefined {
  const host = CONNECTION.exec(value)?.[1];
  if (host === undefined) throw unusable("a c= line is not IN IP4 or IN IP6 with an address");
  return isIP(host) === 0 ? undefined : canonicalHost(host);
}

function readAttribute(value: string, level: Level): void {
  if (isDirection(value)) level.direction = value;
  if (!value.startsWith("rtpmap:")) return;
  const [, payload, codec, rate] = RTPMAP.exec(value) ?? [];
  // Of the other codecs some have channels and words of their own; they are not spoken here.
  if (payload === undefined || codec === undefined || Number(payload) > 127) return;
  level.formats.set(Number(payload), { payload: Number(payload), codec: codec.toLowerCase(), rate: Number(rate) });
}

function sectionOf({ media = "", formats, ...level }: Level, session: Level): Section {
  const [, kind, port, protocol, written] = MEDIA.exec(media) ?? [];
  if (kind === undefined || protocol === undefined || written === undefined || Number(port) > 65_535) {
    throw unusable("an m= line is not a kind, a port, a protocol and formats");
  }
  const host = "host" in level ? level.host : session.host;
  return {
    kind,
    port: Number(port),
    protocol,
    written: written.trim(),
    formats: written.trim().split(" ").flatMap((format) => {
      const payload = /^\d{1,3}$/.test(format) ? Number(format) : -1;
      return formats.get(payload) ?? PCMU_AND_PCMA.find((known) => known.payload === payload) ?? [];
    }),
    direction: level.direction ?? session.direction ?? "sendrecv",
    ...(host === undefined ? {} : { host }),
  };
}

function isDirection(text: string): text is Direction {
  return DIRECTIONS.includes(text);
}

function unusable(why: string): UnusableDescription {
  return new UnusableDescription(`Cannot use a session description: ${why}`);
}
