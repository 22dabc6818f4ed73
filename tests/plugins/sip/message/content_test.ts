import { deepEqual, equal } from "node:assert/strict";
import { contentOf, SipHeaders, type Understood } from "../../../../plugins/sip/lib/message/mod.ts";
import { parts } from "../dialog/support/raw_dialog.ts";

const SDP: Understood = { types: ["application/sdp"], disposition: "session" };
const DIGITS: Understood = { types: ["application/dtmf-relay", "application/dtmf"] };

/** What is found in a body with these headers: its text, "none", or the status and first header of a refusal. */
function found(headers: Record<string, string>, body: string): string {
  const entity = { headers: new SipHeaders(Object.entries(headers)), body: new TextEncoder().encode(body) };
  const content = contentOf(entity, SDP);
  if (!content) return "none";
  if ("body" in content) return new TextDecoder().decode(content.body);
  const { status, reason, headers: [header] } = content.refuse;
  return `${status} ${reason ?? header?.join(": ")}`;
}

const ACCEPT = "415 Accept: application/sdp, multipart/alternative, multipart/mixed";
const IDENTITY = "415 Accept-Encoding: identity";
const OPTIONAL = { "Content-Disposition": "render;handling=optional" };
const mixed = (...entities: string[]) => ["multipart/mixed", ...entities] as const;
const SDP_PART = "Content-Type: application/sdp\r\n\r\nv=0";
const TEXT_PART = "Content-Type: text/plain\r\n\r\nhello";

for (
  const [what, headers, body, right] of [
    ["RFC 3261 7.4.1: an empty body says nothing, whatever its type", { "Content-Type": "text/plain" }, "", "none"],
    [
      "RFC 3261 20.11: a description implies the disposition session",
      { "Content-Type": "application/sdp" },
      "v=0",
      "v=0",
    ],
    [
      "RFC 3261 7.3.1: a type is compared in any case, and may have parameters",
      {
        "Content-Type": 'Application/SDP ; charset="utf-8"',
      },
      "v=0",
      "v=0",
    ],
    [
      "RFC 3261 25.1 (SLASH): blanks may stand about the slash of a type",
      { "Content-Type": "application / sdp ; x=y" },
      "v=0",
      "v=0",
    ],
    ["a body that does not say its type is what is usual", {}, "v=0", "v=0"],
    [
      "RFC 3261 21.4.13: another type is refused with what would be understood",
      {
        "Content-Type": "text/plain",
      },
      "m=audio 4000 RTP/AVP 0",
      ACCEPT,
    ],
    [
      "pjsip#1788, RFC 3261 8.2.3: another type that may be passed over is",
      {
        "Content-Type": "text/plain",
        ...OPTIONAL,
      },
      "m=audio 4000 RTP/AVP 0",
      "none",
    ],
    [
      "RFC 3261 20.11: handling is compared in any case",
      {
        "Content-Type": "text/plain",
        "Content-Disposition": "Render; Handling=OPTIONAL",
      },
      "x",
      "none",
    ],
    [
      "RFC 3959: a description of an early session is none of the session",
      {
        "Content-Type": "application/sdp",
        "Content-Disposition": "early-session;handling=optional",
      },
      "v=0",
      "none",
    ],
    [
      "sems#474, RFC 3261 8.2.3: an encoding that is not understood is refused with the one that is",
      {
        "Content-Type": "application/sdp",
        "Content-Encoding": "gzip",
      },
      "v=0",
      IDENTITY,
    ],
    [
      "RFC 3261 20.12: identity is no encoding",
      {
        "Content-Type": "application/sdp",
        "Content-Encoding": "Identity",
      },
      "v=0",
      "v=0",
    ],
    [
      "RFC 3261 20.12: of several encodings each counts",
      {
        "Content-Type": "application/sdp",
        "Content-Encoding": "identity, deflate",
      },
      "v=0",
      IDENTITY,
    ],
    [
      "an encoded body that may be passed over is",
      {
        "Content-Type": "application/sdp",
        "Content-Encoding": "gzip",
        ...OPTIONAL,
      },
      "v=0",
      "none",
    ],
    [
      "RFC 5621 3: base64 is an encoding, too",
      {
        "Content-Type": "application/sdp",
        "Content-Transfer-Encoding": "base64",
      },
      "dj0w",
      IDENTITY,
    ],
    ["a type that is none is refused", { "Content-Type": ";x" }, "v=0", "400 Content-Type is empty"],
  ] as [string, Record<string, string>, string, string][]
) {
  Deno.test(what, () => equal(found(headers, body), right));
}

for (
  const [what, [type, ...entities], right] of [
    ["sofia-sip#121: a location beside the description is passed over", mixed(SDP_PART, TEXT_PART), "v=0"],
    ["the description may come after it", mixed(TEXT_PART, SDP_PART), "v=0"],
    [
      "RFC 3261 20.11: a part that must be understood is refused",
      mixed(SDP_PART, `Content-Disposition: by-reference;handling=required\r\n${TEXT_PART}`),
      ACCEPT,
    ],
    ["a body of nothing that is understood is refused", mixed(TEXT_PART, TEXT_PART), ACCEPT],
    [
      "a body of what may all be passed over says nothing",
      mixed(`Content-Disposition: render;handling=optional\r\n${TEXT_PART}`),
      "none",
    ],
    ["RFC 2046 5.1: a part without headers is text", mixed("\r\nv=1"), ACCEPT],
    ["RFC 2046 5.1: a part without headers beside the description is passed over", mixed("\r\nv=1", SDP_PART), "v=0"],
    [
      "RFC 2046 5.1.7: an unknown kind of multipart is taken as mixed",
      ["multipart/related", TEXT_PART, SDP_PART],
      "v=0",
    ],
    [
      "RFC 2046 5.1.4: of alternatives the last that is understood is taken",
      ["multipart/alternative", "Content-Type: application/sdp\r\n\r\nv=1", SDP_PART, TEXT_PART],
      "v=0",
    ],
    ["alternatives none of which is understood are refused", ["multipart/alternative", TEXT_PART], ACCEPT],
    [
      "RFC 5621: parts may have parts",
      mixed(TEXT_PART, `Content-Type: multipart/alternative;boundary=inner\r\n\r\n${parts("inner", SDP_PART)}`),
      "v=0",
    ],
    ["a part in another encoding is refused", mixed(`Content-Encoding: gzip\r\n${SDP_PART}`), IDENTITY],
    [
      "a part without an empty line is refused",
      mixed("Content-Type: application/sdp"),
      "400 Each part of a body must have an empty line after its headers",
    ],
    [
      "more parts than there are kinds of bodies are refused",
      mixed(...Array<string>(17).fill(SDP_PART)),
      "400 A body must not have more than 16 parts",
    ],
  ] as [string, [string, ...string[]], string][]
) {
  Deno.test(what, () => equal(found({ "Content-Type": `${type};boundary="b b"` }, parts("b b", ...entities)), right));
}

Deno.test("RFC 2046 5.1.1: what stands before the first boundary, after the last, and in a line that only begins like one, is of no part", () => {
  const body =
    `Preamble\r\n--b\r\nContent-Type: application/sdp\r\n\r\n${"v=0\r\n--bb\r\ns=-"}\r\n--b-- \r\nEpilogue\r\n--b`;
  equal(found({ "Content-Type": "multipart/mixed;boundary=b" }, body), "v=0\r\n--bb\r\ns=-");
});

Deno.test("RFC 2046 5.1.1: a multipart body without a boundary, or without its lines, is refused; if it may be passed over it is", () => {
  const type = { "Content-Type": "multipart/mixed;boundary=b" };
  equal(found({ "Content-Type": "multipart/mixed" }, "x"), "400 A multipart body needs a boundary");
  const torn = "400 A multipart body must have its first and its closing boundary";
  for (const body of ["v=0", "--b\r\n\r\nv=0", "--b--", "--bb\r\n\r\nv=0\r\n--bb--"]) {
    equal(found(type, body), torn);
    equal(found({ ...type, ...OPTIONAL }, body), "none");
  }
});

Deno.test("parts of parts end somewhere", () => {
  let part = SDP_PART;
  for (let depth = 0; depth < 6; depth++) {
    part = `Content-Type: multipart/mixed;boundary=b${depth}\r\n\r\n${parts(`b${depth}`, part)}`;
  }
  equal(found({ "Content-Type": "multipart/mixed;boundary=b" }, parts("b", part)), ACCEPT);
});

Deno.test("RFC 3261 8.2.3: each asks for what it understands, and an INFO for digits in any disposition", () => {
  const headers = new SipHeaders([["Content-Type", "application/dtmf"], ["Content-Disposition", "signal"]]);
  const body = new Uint8Array([53]);
  deepEqual(contentOf({ headers, body }, DIGITS), { type: "application/dtmf", body });
});
