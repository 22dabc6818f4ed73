/**
 * What must be true of any message and of any bytes.
 *
 * @module
 */
import fc from "fast-check";
import { deepEqual, equal, ok } from "node:assert/strict";
import {
  type Address,
  isRequest,
  MalformedMessage,
  MessageSplitter,
  type Params,
  parseAddress,
  parseCSeq,
  parseMessage,
  parseUri,
  parseVia,
  quote,
  responseTo,
  sameUri,
  SipHeaders,
  type SipMessage,
  type SipUri,
  type Via,
  writeAddress,
  writeMessage,
  writeUri,
  writeVia,
} from "../../../../plugins/sip/lib/message/mod.ts";
import { bytesOf, joined, message } from "./support.ts";

const TOKEN = "abcXYZ019-.!%*_+`'~";
const token = fc.string({ unit: fc.constantFrom(...TOKEN), minLength: 1, maxLength: 12 });
const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).filter((text) => !/[\r\n]/.test(text));
const text = fc.string({ unit: "grapheme", maxLength: 20 }).filter((value) => !/[\r\n\0]/.test(value));
const port = fc.integer({ min: 1, max: 65_535 });
const host = fc.oneof(
  fc.domain(),
  fc.ipV4(),
  fc.ipV6().filter((address) => !address.includes("%")),
);

/** Every character of ASCII, and two others, escaped; in small letters and in capitals. */
const ESCAPES = [...Array(0x80).keys()].map((code) => `%${code.toString(16).padStart(2, "0")}`)
  .concat("%c3%a4", "%e4%bd%a0").flatMap((escape) => [escape, escape.toUpperCase()]);

/** Text of these characters, and of escapes. */
function escaped(bare: string): fc.Arbitrary<string> {
  const unit = fc.oneof(fc.constantFrom(...bare), fc.constantFrom(...ESCAPES));
  return fc.string({ unit, minLength: 1, maxLength: 12 });
}

/** Parameters by distinct names. */
function params(
  { name, value }: { name: fc.Arbitrary<string>; value: fc.Arbitrary<string> },
  keyOf = (name: string) => name,
): fc.Arbitrary<Params> {
  return fc.uniqueArray(fc.record({ name, value }, { requiredKeys: ["name"] }), {
    selector: ({ name }) => keyOf(name).toLowerCase(),
    maxLength: 4,
  });
}

/** RFC 3261 25.1: mark and alphanum, and what each piece may have beside them. */
const UNRESERVED = "aZ09-_.!~*'()";
const RESERVED = ";/?:@&=+$,";
const uriParam = escaped(`${UNRESERVED}[]/:&+$`);
const uri: fc.Arbitrary<SipUri> = fc.record({
  scheme: fc.constantFrom("sip" as const, "sips" as const),
  user: escaped(`${UNRESERVED}&=+$,;?/#`),
  password: escaped(`${UNRESERVED}&=+$,`),
  host,
  port,
  params: params({ name: uriParam, value: uriParam }, decodeURIComponent),
  headers: escaped(`${UNRESERVED}[]/?:+$&=`),
}, { requiredKeys: ["scheme", "host", "params"] }).map(({ password, ...uri }) =>
  password === undefined || uri.user === undefined ? uri : { ...uri, password }
);

const quoted = text.map(quote);

const address: fc.Arbitrary<Address> = fc.record({
  name,
  uri,
  params: params({ name: token, value: fc.oneof(token, quoted) }),
}, {
  requiredKeys: ["uri", "params"],
});

const via: fc.Arbitrary<Via> = fc.record({
  transport: fc.constantFrom("UDP", "TCP", "TLS"),
  host,
  port,
  params: params({ name: token, value: fc.oneof(token, quoted) }),
}, { requiredKeys: ["transport", "host", "params"] });

Deno.test("any URI, address and Via is read as it was written, and written as it was read", () => {
  fc.assert(fc.property(uri, (uri) => {
    const text = writeUri(uri);
    deepEqual(parseUri(text), uri);
    equal(writeUri(parseUri(text)), text);
    ok(sameUri(parseUri(text), uri));
  }));
  fc.assert(fc.property(address, (address) => {
    deepEqual(parseAddress(writeAddress(address)), address);
    equal(writeAddress(parseAddress(writeAddress(address))), writeAddress(address));
  }));
  fc.assert(fc.property(via, (via) => deepEqual(parseVia(writeVia(via)), via)));
});

/** Where a character can stand in a URI, and its escape as well. */
const places: ((piece: string) => string)[] = [
  (piece) => `sip:a${piece}@h`,
  (piece) => `sip:a:b${piece}@h`,
  (piece) => `sip:a@h;n${piece}=v;maddr=x`,
  (piece) => `sip:a@h;name=v${piece}`,
  (piece) => `sip:a@h?name=v${piece}`,
];

Deno.test("RFC 3261 19.1.4: an escape is the same as its character, unless that is reserved", () => {
  const escapeOf = (one: string) => `%${one.charCodeAt(0).toString(16)}`;
  for (const one of UNRESERVED) {
    for (const at of places) ok(sameUri(parseUri(at(one)), parseUri(at(escapeOf(one)))), at(one));
  }
  for (const one of `${RESERVED}%`) {
    for (const at of places) {
      const bare = orNothing(() => parseUri(at(one)));
      // Of a parameter's name: two that are not the same are two parameters, and each may have the other beside it.
      const isName = at("") === "sip:a@h;n=v;maddr=x";
      if (bare && !isName) ok(!sameUri(bare, parseUri(at(escapeOf(one)))), at(one));
      ok(sameUri(parseUri(at(escapeOf(one))), parseUri(at(escapeOf(one).toUpperCase()))), at(one));
    }
  }
});

function orNothing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof MalformedMessage) return undefined;
    throw error;
  }
}

const startLine = fc.oneof(
  fc.record({ method: token, uri: uri.map(({ headers: _, ...uri }) => writeUri(uri)) }),
  fc.record({ status: fc.integer({ min: 100, max: 699 }), reason: text }),
);
const extension = fc.tuple(token.map((name) => `X-${name}`), text);

const anyMessage: fc.Arbitrary<SipMessage> = fc.tuple(
  startLine,
  fc.array(via, { minLength: 1, maxLength: 3 }),
  fc.record({ from: address, to: address, callId: token, number: fc.nat(0x7fff_ffff) }),
  fc.record({ extensions: fc.array(extension, { maxLength: 5 }), body: fc.uint8Array({ maxLength: 40 }) }),
).map(([start, vias, { from, to, callId, number }, { extensions, body }]) => {
  const headers = new SipHeaders([
    ...vias.map((via) => ["v", writeVia(via)] as const),
    ["f", writeAddress(from)],
    ["t", writeAddress(to)],
    ["i", callId],
    ["cseq", `${number} ${"method" in start ? start.method : "OPTIONS"}`],
    ...extensions,
    ["l", `${body.length}`],
  ]);
  return { ...start, headers, body };
});

/** What a message says, to be compared. */
function told(message: SipMessage): unknown {
  return { ...message, headers: [...message.headers], body: [...message.body] };
}

Deno.test("any message is read as it was written: parse(write(m)) = m", () => {
  fc.assert(
    fc.property(anyMessage, (message) => deepEqual(told(parseMessage(writeMessage(message))), told(message))),
    { numRuns: 500 },
  );
});

Deno.test("any run of messages comes out of a stream as it went in, however it was cut", () => {
  fc.assert(
    fc.property(fc.array(anyMessage, { maxLength: 4 }), fc.integer({ min: 1, max: 300 }), (messages, size) => {
      const written = messages.map(writeMessage);
      const stream = joined(...written);
      const splitter = new MessageSplitter();
      const read: Uint8Array[] = [];
      for (let at = 0; at < stream.length; at += size) {
        read.push(...splitter.push(stream.subarray(at, at + size)).messages);
      }
      deepEqual(read, written);
    }),
  );
});

/**
 * Nothing but a message or a refusal may come of bytes; what is read can be written and answered, and is then read
 * again.
 */
function survives(bytes: Uint8Array): void {
  orRefuses(() => {
    const message = parseMessage(bytes);
    deepEqual(told(parseMessage(writeMessage(message))), { ...told(message) as object, headers: withLength(message) });
    if (isRequest(message)) parseMessage(writeMessage(responseTo(message, 200, { toTag: "t" })));
  });
  orRefuses(() => new MessageSplitter().push(bytes).messages.forEach((message) => parseMessage(message)));
}

/** The headers as they are after writing: Content-Length is last, and right. */
function withLength({ headers, body }: SipMessage): [string, string][] {
  return [...[...headers].filter(([name]) => name !== "Content-Length"), ["Content-Length", `${body.length}`]];
}

function orRefuses(read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error;
    const { request } = error;
    if (request) parseOrRefuse(writeMessage(responseTo(request, error.status, { toTag: "t", reason: error.reason })));
  }
}

/** The answer to a malformed request repeats what was malformed, but its lines are whole. */
function parseOrRefuse(bytes: Uint8Array): void {
  try {
    parseMessage(bytes);
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error;
  }
}

Deno.test("any bytes are a message or are refused, never anything else", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), survives), { numRuns: 500 });
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => survives(joined(message(), noise))));
});

const good = [
  message({ more: ['Contact: "A, B" <sip:a@[::1]:5070;lr>;expires=60;q=0.5', "Content-Length: 2"], body: "ab" }),
  message({ start: "SIP/2.0 200 OK", via: "SIP / 2.0 / UDP h:5 ; rport,\n SIP/2.0/TCP i", more: ["l: 0"] }),
  message({ start: "INVITE sips:a%40b:p@h.test;x=%20 SIP/2.0", more: ["s:", "Require: a,b", "l: 0"] }),
];
const telling = fc.constantFrom(...'\r\n\t \0"\\<>()[]{},;:=?@%/*.0a~\u{ff}');
const piece = fc.oneof(
  telling.map((character) => bytesOf(character)),
  fc.uint8Array({ minLength: 1, maxLength: 3 }),
  fc.constantFrom("\n", "\n ", "\n\n", "Via: ", "CSeq: ", "constructor: 1\n", "__proto__: 1\n", "l: 5\n", " SIP/2.0")
    .map(bytesOf),
);
const change = fc.record({ at: fc.nat(), drop: fc.nat(4), put: fc.option(piece, { nil: new Uint8Array() }) });

Deno.test("any good message with any few changes is a message or is refused, never anything else", () => {
  fc.assert(
    fc.property(fc.constantFrom(...good), fc.array(change, { minLength: 1, maxLength: 4 }), (start, changes) => {
      let bytes = start;
      for (const { at, drop, put } of changes) {
        const place = at % (bytes.length + 1);
        bytes = joined(bytes.subarray(0, place), put, bytes.subarray(place + drop));
      }
      survives(bytes);
    }),
    { numRuns: 5_000 },
  );
});

Deno.test("any text is a URI, an address, a Via or a CSeq, or is refused", () => {
  const pieces = fc.array(fc.oneof(telling, fc.constantFrom("sip:", "SIP/2.0/UDP", "a", "[::1]", ";lr")), {
    maxLength: 14,
  });
  const texts = fc.oneof(pieces.map((parts) => parts.join("")), fc.string({ unit: "binary" }));
  fc.assert(
    fc.property(texts, (text) => {
      orRefuses(() => void writeUri(parseUri(text)));
      orRefuses(() => void writeAddress(parseAddress(text)));
      orRefuses(() => void writeVia(parseVia(text)));
      orRefuses(() => void parseCSeq(text));
    }),
    { numRuns: 3_000 },
  );
});
