/**
 * Scenarios of sipp: how its phones register, what they do when they are rung, and how they watch a line.
 *
 * @module
 */

/** Registers `[field0]`, whose credentials are `[field1]`, and is admitted. */
export const REGISTER = `${register(1)}<recv response="401" auth="true"/>${register(2)}<recv response="200"/>`;

function register(number: number): string {
  // sipp signs the address that it sends to, whatever the request says, and MD5 alone is what it knows: it says so as the registrar understands it.
  return sendUntilHeard(`REGISTER sip:[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
Max-Forwards: 70
From: <sip:[field0]@phones.test>;tag=[call_number]
To: <sip:[field0]@phones.test>
Call-ID: [call_id]
CSeq: ${number} REGISTER
Contact: <sip:[field0]@[local_ip]:[local_port]>
User-Agent: baresip v1.0.0 (sipp)
Expires: 300
${number > 1 ? "[field1]\n" : ""}Content-Length: 0`);
}

/** Takes the INVITE, and keeps what its answers have to repeat. */
const TAKE = `
<recv request="INVITE"><action>
  <ereg regexp=".*" search_in="hdr" header="CSeq:" assign_to="cseq"/>
  <ereg regexp=".*" search_in="hdr" header="To:" assign_to="to"/>
</action></recv>`;

/** What it does when it is rung. */
export type Manner = "rings" | "isBusy" | "declines" | "isSilent";

/** The scenario of each manner. */
export const RUNG: Record<Manner, string> = {
  rings: `${TAKE}
${answer("180 Ringing")}
<recv request="CANCEL"/>
${answer("200 OK", "[last_CSeq:]")}
${refuse("487 Request Terminated")}`,
  isBusy: `${TAKE}${refuse("486 Busy Here")}`,
  declines: `${TAKE}${refuse("603 Decline")}`,
  // Long enough for every test; sipp is killed. It refuses a scenario that keeps what it never uses.
  isSilent: `<recv request="INVITE"/><pause milliseconds="60000"/>`,
};

/** The answer of an INVITE, and its ACK. */
function refuse(status: string): string {
  return `${sendUntilHeard(said(status))}<recv request="ACK"/>`;
}

function answer(status: string, cseq?: string): string {
  return send(said(status, cseq));
}

function said(status: string, cseq = "CSeq:[$cseq]"): string {
  return `SIP/2.0 ${status}
[last_Via:]
[last_From:]
To:[$to];tag=[call_number]
[last_Call-ID:]
${cseq}
Contact: <sip:[local_ip]:[local_port]>
Content-Length: 0`;
}

function send(message: string): string {
  return `<send><![CDATA[\n${message}\n\n]]></send>`;
}

/** For what RFC 3261 17 repeats until it is answered: sipp does so only if it is told (T1, milliseconds). */
function sendUntilHeard(message: string): string {
  return send(message).replace("<send>", '<send retrans="500">');
}

/** `[field0]`, whose credentials are `[field1]`, watches `lobby`, and is told that it is free, rings, is busy and is free again, in this order. */
export const WATCH = `${subscribe(1)}<recv response="401" auth="true"/>${subscribe(2)}<recv response="200"/>
${["terminated", "early", "confirmed", "terminated"].map(told).join("")}`;

function subscribe(number: number): string {
  return sendUntilHeard(`SUBSCRIBE sip:lobby@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
Max-Forwards: 70
From: <sip:[field0]@phones.test>;tag=[call_number]
To: <sip:lobby@phones.test>
Call-ID: [call_id]
CSeq: ${number} SUBSCRIBE
Contact: <sip:[field0]@[local_ip]:[local_port]>
User-Agent: baresip v1.0.0 (sipp)
Event: dialog
Accept: application/dialog-info+xml
Expires: 300
${number > 1 ? "[field1]\n" : ""}Content-Length: 0`);
}

function told(state: string, index: number): string {
  return `
<recv request="NOTIFY"><action>
  <ereg regexp="&lt;state&gt;${state}&lt;/state&gt;" search_in="body" check_it="true" assign_to="state${index}"/>
</action></recv>
<Reference variables="state${index}"/>
${
    send(`SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0`)
  }`;
}
