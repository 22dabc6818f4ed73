/**
 * Input made to take long. The bounds are raised so far that whatever is not read in linear time would not end while
 * anybody waits.
 *
 * @module
 */
import {
  MalformedMessage,
  MessageSplitter,
  parseAddress,
  parseMessage,
  parseUri,
  parseVia,
  quote,
  SipHeaders,
} from "../../../../plugins/sip/lib/message/mod.ts";
import { message } from "./support.ts";

const MANY = 200_000;
const bounds = { mostBytes: 1_000 * MANY, mostHeaders: 1_000 * MANY, mostLine: 1_000 * MANY };

const hostile: Record<string, string> = {
  blanks: " ",
  commas: ",",
  folds: "\n ",
  quotes: '"',
  escapes: "\\",
  "escaped quotes": '\\"',
  brackets: "<",
  "pairs of brackets": "<>",
  words: "a ",
  letters: "a",
  dots: ".",
  colons: ":",
  "parameters without a name": ";",
  percents: "%",
  "escaped nulls": "%00",
  ats: "@",
};

function read(what: () => unknown): void {
  try {
    what();
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error;
  }
}

for (const [name, piece] of Object.entries(hostile)) {
  Deno.test(`a flood of ${name} is read or refused in linear time, wherever it stands`, () => {
    const flood = piece.repeat(MANY);
    const flat = flood.replaceAll("\n", "");
    for (const text of [flat, `"${flat}`, `<sip:${flat}`, `a${flat}b <sip:a@b>`, `sip:${flat}@b`, `sip:a@b;${flat}`]) {
      read(() => parseAddress(text));
      read(() => parseUri(text));
      read(() => parseVia(`SIP/2.0/UDP ${text}`));
      new SipHeaders([["Contact", text]]).all("Contact");
      quote(text);
    }
    for (const more of [`Subject: a${flood}b`, `Contact: ${flood}`, `${flood}: a`, `Content-Length: ${flood}`]) {
      const bytes = message({ more: [more] });
      read(() => parseMessage(bytes, bounds));
      read(() => new MessageSplitter(bounds).push(bytes));
    }
    read(() => parseMessage(message({ from: `${flood}<sip:a@b>;tag=1`, via: `SIP/2.0/UDP a;b${flood}` }), bounds));
    read(() => parseMessage(message({ start: `OPTIONS sip:a${flood} SIP/2.0` }), bounds));
  });
}

Deno.test("a flood of headers, parameters or line breaks is read or refused in linear time", () => {
  read(() => parseMessage(message({ more: ["A:\n".repeat(MANY)] }), bounds));
  const params = Array.from({ length: MANY }, (_, at) => `;p${at}`).join("");
  read(() => parseAddress(`<sip:a@b>${params}`));
  read(() => parseUri(`sip:a@b${params}`));
  new MessageSplitter(bounds).push(new TextEncoder().encode("\r\n".repeat(MANY)));
});

Deno.test("a long message that comes in many small pieces is put together in linear time", () => {
  const bytes = message({ more: [`Subject: ${"x".repeat(MANY)}`, `Content-Length: ${MANY}`], body: "y".repeat(MANY) });
  const splitter = new MessageSplitter(bounds);
  for (let at = 0; at < bytes.length; at += 2) splitter.push(bytes.subarray(at, at + 2));
});
