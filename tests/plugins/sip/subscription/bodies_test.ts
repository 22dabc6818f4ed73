import assert from "node:assert/strict";
import { dialogInfo, messageSummary } from "../../../../plugins/sip/lib/subscription/mod.ts";

Deno.test("RFC 3842 5.2: a message summary says whether messages wait, where they are, and a count", () => {
  assert.equal(
    messageSummary({ waiting: true, account: "sip:100@phones.test" }),
    "Messages-Waiting: yes\r\nMessage-Account: sip:100@phones.test\r\nVoice-Message: 1/0 (0/0)\r\n",
  );
  assert.equal(messageSummary({ waiting: false }), "Messages-Waiting: no\r\nVoice-Message: 0/0 (0/0)\r\n");
});

Deno.test("RFC 4235 4.1: a dialog-info document has its version, its entity and the state of one dialog", () => {
  assert.equal(
    dialogInfo({ entity: "sip:kitchen@phones.test", version: 3, state: "confirmed" }),
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
      '<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="3" state="full" entity="sip:kitchen@phones.test">\n' +
      '  <dialog id="1" direction="recipient">\n    <state>confirmed</state>\n  </dialog>\n' +
      "</dialog-info>\n",
  );
});

Deno.test("what is put into a body cannot become a part of its grammar", () => {
  assert.match(
    dialogInfo({ entity: `sip:"<&'>`, version: 0, state: "early" }),
    /entity="sip:&quot;&lt;&amp;&apos;&gt;"/,
  );
  assert.throws(() => dialogInfo({ entity: "sip:\0", version: 0, state: "early" }), TypeError);
  assert.throws(() => dialogInfo({ entity: "sip:\ud800", version: 0, state: "early" }), TypeError);
  assert.throws(() => messageSummary({ waiting: true, account: "sip:x\r\nVoice-Message: 9/9" }), TypeError);
});
