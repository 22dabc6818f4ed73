/**
 * Reinvites and answers (RFC 3264): one audio stream, PCMU or PCMA, with digits beside it.
 *
 * @module
 */
import { isIPv6 } from "node:net";
import {
  type Direction,
  type Format,
  PCMU_AND_PCMA,
  readDescription,
  type Section,
  UnusableDescription,
} from "./description.ts";

/** What both sides have agreed on. */
export interface Agreement {
  /** Where the phone hears; absent where it does not wish to, or named no address. */
  readonly host?: string;
  /** Its port. */
  readonly port: number;
  /** What sound is sent as: PCMU or PCMA. */
  readonly audio: Format;
  /** What digits are sent as; absent where the phone does not know them. */
  readonly digits?: number;
  /** Who sends, as we see it. */
  readonly direction: Direction;
}

/** What we say of ourselves in an offer or an answer. */
export interface Ourselves {
  /** The address that our RTP socket is bound to. */
  host: string;
  /** Its port. */
  port: number;
  /** Names the session: o= holds it with a version that rises with each change. */
  session: number;
  /** Whether we hold the phone. */
  held: boolean;
}

/** The number that an offer of ours gives to digits; an answer takes the number of the offer. */
export const OUR_DIGITS = 101;

const DIGITS = "telephone-event";
const NOWHERE: readonly string[] = ["0.0.0.0", "::"];

/** What an answer consists of. */
export interface Answer {
  /** What was agreed on. */
  agreement: Agreement;
  /** The lines of the answer after o=. */
  lines: string[];
}

/** The lines of an offer, after o=. */
export function offerLines(ourselves: Ourselves): string[] {
  return [
    ...sessionLines(ourselves),
    ...audioLines(ourselves, {
      audio: PCMU_AND_PCMA,
      digits: OUR_DIGITS,
      direction: ourselves.held ? "sendonly" : "sendrecv",
    }),
  ];
}

/**
 * Answers an offer: the first audio section in which we can speak is taken, every other is refused by port 0.
 *
 * @throws {UnusableDescription} If there is none, or the offer cannot be understood.
 */
export function answerTo(body: Uint8Array, ourselves: Ourselves): Answer {
  const sections = readDescription(body);
  const taken = sections.find(usable);
  const agreement = taken && agreementOn(taken, ourselves.held);
  if (!agreement) throw nothingInCommon(sections);
  const audio = { ...agreement, audio: [agreement.audio], digits: agreement.digits };
  const lines = sections.flatMap((section) =>
    section === taken ? audioLines(ourselves, audio) : [`m=${section.kind} 0 ${section.protocol} ${section.written}`]
  );
  return { agreement, lines: [...sessionLines(ourselves), ...lines] };
}

/**
 * Takes the answer to an offer of ours.
 *
 * @throws {UnusableDescription} If it does not answer that offer, or cannot be understood.
 */
export function takeAnswer(body: Uint8Array, held: boolean): Agreement {
  const sections = readDescription(body);
  const [section] = sections;
  const agreement = section && usable(section) ? agreementOn(section, held) : undefined;
  if (!agreement) throw nothingInCommon(sections);
  return agreement;
}

function usable(section: Section): boolean {
  return section.kind === "audio" && section.port > 0 && section.protocol === "RTP/AVP" &&
    audioOf(section) !== undefined;
}

function audioOf({ formats }: Section): Format | undefined {
  return formats.find(({ codec, rate }) => rate === 8000 && (codec === "pcmu" || codec === "pcma"));
}

function agreementOn(section: Section, held: boolean): Agreement | undefined {
  const audio = audioOf(section);
  if (!audio) return undefined;
  const digits = section.formats.find(({ codec, rate }) => codec === DIGITS && rate === 8000)?.payload;
  // 0.0.0.0 was how RFC 2543 put a call on hold, and some phones still do.
  const host = section.host !== undefined && !NOWHERE.includes(section.host) ? section.host : undefined;
  return {
    port: section.port,
    audio,
    direction: directionFor(section.direction, held),
    ...(host === undefined ? {} : { host }),
    ...(digits === undefined ? {} : { digits }),
  };
}

/** RFC 3264 6.1: an answer sends only to who receives, and receives only from who sends; who holds does not listen. */
function directionFor(theirs: Direction, held: boolean): Direction {
  const send = theirs === "sendrecv" || theirs === "recvonly";
  const receive = !held && (theirs === "sendrecv" || theirs === "sendonly");
  if (send) return receive ? "sendrecv" : "sendonly";
  return receive ? "recvonly" : "inactive";
}

function sessionLines({ host }: Ourselves): string[] {
  return ["s=-", `c=IN ${addressType(host)} ${host}`, "t=0 0"];
}

/** `IP4` or `IP6`, as o= and c= call an address. */
export function addressType(host: string): "IP4" | "IP6" {
  return isIPv6(host) ? "IP6" : "IP4";
}

function audioLines(
  { port }: Ourselves,
  { audio, digits, direction }: { audio: readonly Format[]; digits: number | undefined; direction: Direction },
): string[] {
  const payloads = [...audio.map(({ payload }) => payload), ...(digits === undefined ? [] : [digits])];
  return [
    `m=audio ${port} RTP/AVP ${payloads.join(" ")}`,
    ...audio.map(({ payload, codec }) => `a=rtpmap:${payload} ${codec.toUpperCase()}/8000`),
    ...(digits === undefined ? [] : [`a=rtpmap:${digits} ${DIGITS}/8000`, `a=fmtp:${digits} 0-15`]),
    "a=ptime:20",
    `a=${direction}`,
  ];
}

function nothingInCommon(sections: readonly Section[]): UnusableDescription {
  const seen = sections.map(({ kind, port, protocol, written }) => `${kind} ${port} ${protocol} ${written}`);
  return new UnusableDescription(
    `Cannot agree on sound: the phone says ${
      JSON.stringify(seen.join("; ").slice(0, 200)) || "nothing"
    }, and we speak audio by RTP/AVP in PCMU or PCMA at 8000 Hz`,
  );
}
