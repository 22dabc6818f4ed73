/**
 * What we send, as a foreign program reads it.
 *
 * @module
 */
import { deepEqual, ok } from "node:assert/strict";
import { type Capture, startCapture } from "../drivers/capture.ts";
import { RTP_PORTS } from "./exchange.ts";
import { onlyCounted, test } from "./inside.ts";

const [FIRST, LAST] = RTP_PORTS;
/** Sent by us: from the registrar's port, from those of our calls, or over a connection that we opened to a phone. */
const OURS = `!icmp && (udp.srcport == 5060 || (udp.srcport >= ${FIRST} && udp.srcport <= ${LAST})
  || (sip && (tcp.srcport == 5060 || (tcp.srcport >= 32768 && tcp.dstport != 5060))))`;
/** What a packet of ours is read as, at its end. */
const SPOKEN = ["sip", "rtp", "rtpevent", "rtcp"];

/** Captures all that a file's tests send, and declares the last of them: that it was well-formed. */
export function testWellFormed(name: string): void {
  let capture: Capture | undefined;
  Deno.test.beforeAll(async () => {
    if (!onlyCounted) capture = await startCapture();
  });
  Deno.test.afterAll(async () => {
    await capture?.[Symbol.asyncDispose]();
  });
  test(name, async () => {
    ok(capture);
    const packets = await capture.read(OURS.replaceAll(/\s+/g, " "), { rtpPorts: RTP_PORTS.join("-") });
    ok(packets.length > 0, "nothing of ours was captured");
    const faulty = packets.filter(({ protocols, faults }) =>
      faults.length > 0 || !SPOKEN.some((name) => protocols.includes(name))
    );
    deepEqual(faulty, []);
  });
}
