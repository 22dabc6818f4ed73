import { equal } from "node:assert/strict";
import { toEvict } from "../../../../plugins/sip/lib/transport/eviction.ts";

/** A connection: who is at its other end, when it was heard, and whether it is kept. */
const held = (host: string, heardAt: number, { isKept = true }: { isKept?: boolean } = {}) => ({
  connection: { peer: { transport: "tcp" as const, host, port: 5060 }, heardAt, isKept },
});

const HOST = "192.0.2.1";
const UNKNOWN = { isKept: false };

Deno.test("who asks for room has his own unknown connection make it, then that of another, and a kept one only if there is no other", () => {
  const [own, other, kept] = [held(HOST, 3, UNKNOWN), held("192.0.2.2", 2, UNKNOWN), held("192.0.2.3", 1)];
  equal(toEvict([kept, other, own], { host: HOST, ofItsOwn: false }), own);
  equal(toEvict([kept, other], { host: HOST, ofItsOwn: false }), other);
  equal(toEvict([kept], { host: HOST, ofItsOwn: false }), kept);
});

Deno.test("one account that has all its connections kept displaces its own, however quiet those of others are", () => {
  const phones = Array.from({ length: 3 }, (_, index) => held(`192.0.2.${index + 10}`, index));
  let all = [...phones, ...Array.from({ length: 61 }, (_, index) => held(`198.51.100.${index % 4}`, 100 + index))];
  for (let again = 0; again < 200; again++) {
    const source = `198.51.100.${again % 4}`;
    const leaving = toEvict(all, { host: source, ofItsOwn: false });
    all = [...all.filter((each) => each !== leaving), held(source, 1_000 + again)];
    equal(all.length, 64);
  }
  equal(all.filter((each) => phones.includes(each)).length, 3);
});

Deno.test("a source that has all that one gets makes room itself; the addresses of an IPv6 network of 64 bits are one", () => {
  const [quiet, own] = [held("192.0.2.1", 1, UNKNOWN), held("2001:db8::1", 2)];
  equal(toEvict([quiet, own], { host: "2001:db8::2", ofItsOwn: true }), own);
  equal(toEvict([quiet], { host: "2001:db8::2", ofItsOwn: true }), undefined);
});
