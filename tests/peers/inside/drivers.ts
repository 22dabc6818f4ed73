import { deepEqual, equal, ok } from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { startBaresip } from "../drivers/baresip.ts";
import { startCapture } from "../drivers/capture.ts";
import { startLinphone } from "../drivers/linphone.ts";
import { startSipp } from "../drivers/sipp.ts";
import { test } from "../support/inside.ts";

test("baresip calls baresip, sends it a digit within the audio, and is hung up", async () => {
  await using caller = await startBaresip({ port: 5070, user: "caller" });
  await using called = await startBaresip({ port: 5080, user: "called" });
  await caller.command("dial", "sip:called@127.0.0.1:5080");
  await called.next("CALL_INCOMING");
  await called.command("accept");
  await Promise.all([caller.next("CALL_ESTABLISHED"), called.next("CALL_ESTABLISHED")]);
  await caller.command("sndcode", "5");
  equal((await called.next("CALL_DTMF_START")).param, "5");
  await called.command("hangup");
  await caller.next("CALL_CLOSED");
});

test("what happens to baresip is told from the beginning: nothing of it is over before somebody listens", async () => {
  await using baresip = await startBaresip({ port: 5070, user: "nobody", registrar: "127.0.0.1:5060" });
  const { type } = await baresip.events.next(() => true);
  equal(type, "REGISTERING");
});

test("baresip calls linphone, each hears the other's digit, and the capture shows the digits' two ways", async () => {
  await using capture = await startCapture();
  await using linphone = await startLinphone({ port: 5090, user: "linphone" });
  await using baresip = await startBaresip({ port: 5070, user: "baresip" });
  await baresip.command("dial", "sip:linphone@127.0.0.1:5090");
  await linphone.next("call-state-changed", { Event: "LinphoneCallIncomingReceived" });
  await linphone.command("answer");
  await baresip.next("CALL_ESTABLISHED");
  await baresip.command("sndcode", "7");
  equal((await linphone.next("receiving-tone")).Tone, "7");
  await linphone.command("dtmf 4");
  equal((await baresip.next("CALL_DTMF_START")).param, "4");
  await linphone.command("terminate");
  await baresip.next("CALL_CLOSED");
  const packets = await capture.read("sip || rtpevent", { rtpPorts: "10070-10090" });
  ok(packets.some(({ method }) => method === "INFO"));
  ok(packets.some(({ protocols }) => protocols.includes("rtpevent")));
});

const CALL = `
<send retrans="500"><![CDATA[
INVITE sip:[field0]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
Max-Forwards: 70
From: <sip:sipp@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:[field0]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:sipp@[local_ip]:[local_port]>
Content-Length: 0

]]></send>
<recv response="100" optional="true"/>
<recv response="180" optional="true"/>
<recv response="603"/>
<send><![CDATA[
ACK sip:[field0]@[remote_ip]:[remote_port] SIP/2.0
[last_Via:]
Max-Forwards: 70
From: <sip:sipp@[local_ip]:[local_port]>;tag=[call_number]
[last_To:]
Call-ID: [call_id]
CSeq: 1 ACK
Content-Length: 0

]]></send>`;

const REFUSE = `
<recv request="INVITE"/>
<send retrans="500"><![CDATA[
SIP/2.0 603 Decline
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
<recv request="ACK"/>`;

test("one sipp calls another 20 times at once, all are refused, and the capture shows it with nothing malformed", async () => {
  await using capture = await startCapture();
  const rows = Array.from({ length: 20 }, (_, i) => [`user${i}`]);
  await using called = await startSipp({ scenario: REFUSE, port: 5080, calls: rows.length });
  await using caller = await startSipp({ scenario: CALL, port: 5070, to: "127.0.0.1:5080", calls: rows.length, rows });
  await Promise.all([caller.done(), called.done()]);
  const packets = await capture.read("sip.Status-Code == 603", { rtpPorts: "10070-10090" });
  equal(packets.length, rows.length);
  deepEqual(packets.flatMap(({ faults }) => faults), []);
});

test("the capture tells what is malformed, and what is left out", async () => {
  await using capture = await startCapture();
  const socket = createSocket("udp4");
  const heard = once(socket, "message");
  await new Promise<void>((resolve) => socket.bind(5060, "127.0.0.1", resolve));
  socket.send("OPTIONS sip:a@b SIP/2.0\r\nVia: nonsense\r\nNo colon\r\nContent-Length: 0\r\n\r\n", 5060, "127.0.0.1");
  await heard;
  await new Promise<void>((resolve) => socket.close(resolve));
  const [packet] = await capture.read("sip", { rtpPorts: "10070-10090" });
  ok(packet);
  ok(packet.faults.includes("Header has no colon after the name"), JSON.stringify(packet));
  ok(packet.faults.includes("sip.CSeq.seq cannot be read"), JSON.stringify(packet));
});
