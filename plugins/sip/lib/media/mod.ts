/**
 * The sound of calls, as far as a server without ears needs it: SDP, an RTP port, silence and digits.
 *
 * @module
 */
export { UnusableDescription } from "./description.ts";
export { checkDigits, digitOfInfo, infoOfDigit } from "./digits.ts";
export { type MediaOptions, MediaSession } from "./media_session.ts";
export { NoRtpPort, RtpPorts, type RtpSocket } from "./rtp_ports.ts";
