import assert from "node:assert/strict";
import { tagOf, writeMessage } from "../../../../plugins/sip/lib/message/mod.ts";
import type { Peer } from "../../../../plugins/sip/lib/transport/mod.ts";
import { DEFAULT_REGISTRAR_BOUNDS } from "../../../../plugins/sip/registrar/mod.ts";
import { answer, parameter, type PhoneAnswer } from "../digest/support.ts";
import { bench, PHONE, requestOf, type Said } from "./support.ts";

const INVITE: Said = { method: "INVITE", uri: "sip:4711@phones.test", to: "<sip:4711@phones.test>" };

/** What a stranger is told. */
function told(said: Said, { from = PHONE, options = {} }: { from?: Peer; options?: Parameters<typeof bench>[0] } = {}) {
  const response = bench(options).send(said, from);
  assert.ok(typeof response !== "string", `it was answered ${response}`);
  return response;
}

Deno.test("RFC 3261 8.2.1, 21.5.2, RFC 4475 3.1.1.5: a method that is not for here is answered 405, one that nobody knows 501, both with Allow", () => {
  const methods = { 405: ["PUBLISH", "REFER", "MESSAGE", "PRACK"], 501: ["invite", "X", "RE%47IST%45R"] };
  for (
    const [status, method] of Object.entries(methods).flatMap(([status, names]) =>
      names.map((name) => [status, name] as const)
    )
  ) {
    const response = told({ ...INVITE, method });
    assert.equal(`${response.status}`, status);
    assert.equal(
      response.headers.get("Allow"),
      "ACK, BYE, CANCEL, INFO, INVITE, OPTIONS, REGISTER, SUBSCRIBE, UPDATE",
    );
  }
});

Deno.test("RFC 3261 12.2.2: what means something inside of a dialog only is answered 481 outside", () => {
  for (const method of ["BYE", "INFO", "NOTIFY", "UPDATE"]) assert.equal(told({ ...INVITE, method }).status, 481);
});

Deno.test("RFC 3261 12.2.2: what has a To tag goes to the dialogs, without digest", () => {
  const { send, registrar } = bench();
  for (const method of ["BYE", "INVITE", "INFO", "NOTIFY", "SUBSCRIBE", "OPTIONS", "MESSAGE"]) {
    const request = requestOf({ ...INVITE, method, to: "<sip:4711@phones.test>;tag=ours" });
    assert.equal(send(request), "ok");
    assert.equal(registrar.userOf(request), undefined);
  }
});

Deno.test("RFC 3261 12.2.2: what has the To tag of no dialog is answered 481 once, so that nobody is sent it again and again", () => {
  const { send } = bench({ inDialog: ({ headers }) => tagOf(headers.get("To") ?? "") === "ours" ? "here" : "none" });
  assert.equal(send({ ...INVITE, to: "<sip:4711@phones.test>;tag=ours" }), "ok");
  const response = send({ ...INVITE, to: "<sip:4711@phones.test>;tag=guessed" });
  assert.ok(typeof response !== "string");
  assert.equal(response.status, 481);
});

Deno.test("RFC 3261 22.1: what has a To tag, but comes from another address than the dialog's other side, needs digest", () => {
  const inside: Said = { ...INVITE, to: "<sip:4711@phones.test>;tag=ours" };
  for (const method of ["BYE", "INVITE", "INFO", "NOTIFY", "SUBSCRIBE", "UPDATE"]) {
    const { send, sign } = bench({ inDialog: () => "elsewhere" });
    const challenged = send({ ...inside, method });
    assert.ok(typeof challenged !== "string");
    assert.equal(challenged.status, 401);
    assert.equal(sign({ ...inside, method }), "ok");
    const other = sign({ ...inside, method, from: "<sip:1002@phones.test>" });
    assert.ok(typeof other !== "string" && other.status === 403);
  }
});

Deno.test("a To tag carries no REGISTER past the digest", () => {
  assert.equal(told({ to: "<sip:1001@phones.test>;tag=x", lines: ["Contact: <sip:1001@192.0.2.66>"] }).status, 401);
});

Deno.test("RFC 3261 8.2.2.3: what a proxy is required for is answered 420; what an INVITE requires is for its taker to know", () => {
  const response = told({ ...INVITE, lines: ["Proxy-Require: foo, bar", "Require: timer"] });
  assert.equal(response.status, 420);
  assert.deepEqual(response.headers.all("Unsupported"), ["foo", "bar"]);
  assert.equal(told({ ...INVITE, lines: ["Require: timer"] }).status, 401);
  assert.equal(told({ method: "OPTIONS", lines: ["Require: timer"] }).status, 420);
});

Deno.test("RFC 3261 8.2.3: an encoded body is refused by 415 with what would be right, whatever is asked, unless it may be passed over", () => {
  const lines = ["Content-Type: text/plain", "Content-Encoding: gzip"];
  const body = new TextEncoder().encode("packed");
  for (const method of ["REGISTER", "SUBSCRIBE", "INVITE", "OPTIONS"]) {
    const { send } = bench();
    const response = send({ ...requestOf({ ...INVITE, method, lines }), body });
    assert.ok(typeof response !== "string");
    assert.deepEqual([response.status, response.headers.get("Accept-Encoding")], [415, "identity"], method);
    const passedOver = [...lines, "Content-Disposition: render;handling=optional"];
    const other = send({ ...requestOf({ ...INVITE, method, lines: passedOver }), body });
    assert.ok(typeof other !== "string" && other.status !== 415, method);
  }
});

Deno.test("RFC 3261 8.1.1.6: we are where a request goes to, so that it may arrive with no hop left", () => {
  const request = requestOf(INVITE);
  request.headers.set("Max-Forwards", "0");
  const response = bench().send(request);
  assert.ok(typeof response !== "string");
  assert.equal(response.status, 401);
});

Deno.test("RFC 3261 11.2: OPTIONS of anybody is answered with what we can do, at a bounded pace", async () => {
  const { send, clock } = bench({ bounds: { ...DEFAULT_REGISTRAR_BOUNDS, options: { burst: 2, perSecond: 1 } } });
  const options: Said = { method: "OPTIONS", from: "<sip:stranger@192.0.2.99>" };
  const response = send(options);
  assert.ok(typeof response !== "string");
  assert.equal(response.status, 200);
  assert.match(response.headers.get("Allow") ?? "", /INVITE/);
  assert.equal(response.headers.get("Accept"), "application/sdp, multipart/alternative, multipart/mixed");
  assert.notEqual(send(options), "drop");
  assert.equal(send(options), "drop");
  assert.notEqual(send(options, { ...PHONE, host: "192.0.2.21" }), "drop", "each source has a pace of its own");
  await clock.pass(1_000);
  assert.notEqual(send(options), "drop");
  assert.equal(send(options), "drop");
});

Deno.test("RFC 3261 22.1: INVITE and SUBSCRIBE outside of dialogs need digest, and are known by their user then", () => {
  for (const method of ["INVITE", "SUBSCRIBE"]) {
    const { send, registrar } = bench();
    const challenged = send({ ...INVITE, method });
    assert.ok(typeof challenged !== "string");
    assert.equal(challenged.status, 401);
    const [challenge = ""] = challenged.headers.all("WWW-Authenticate");
    const authorization = answer(challenge, { method, uri: "sip:4711@phones.test" });
    const request = requestOf({ ...INVITE, method, lines: [`Authorization: ${authorization}`] });
    assert.equal(send(request), "ok");
    assert.equal(registrar.userOf(request), "1001");
    const replayed = send({ ...INVITE, method, branch: "z9hG4bK2", lines: [`Authorization: ${authorization}`] });
    assert.ok(typeof replayed !== "string");
    assert.match(replayed.headers.get("WWW-Authenticate") ?? "", /, stale=true$/);
  }
});

Deno.test("RFC 3261 22.1: nobody speaks in the name of another account", () => {
  for (const from of ["<sip:1002@phones.test>", "<sip:phones.test>", "<tel:1001>"]) {
    const { sign, registrar, logged } = bench();
    const response = sign({ ...INVITE, from });
    assert.ok(typeof response !== "string");
    assert.equal(response.status, 403);
    assert.equal(registrar.userOf(requestOf(INVITE)), undefined);
    assert.deepEqual(logged, [
      "Refused INVITE of udp 192.0.2.20:5070: 403, its From is not of 1001, whose secret it knows",
    ]);
  }
});

Deno.test("RFC 3323 4.1.1.3: a call of a phone whose person does not wish to be named is its account's, by its digest", () => {
  for (const from of ["<sip:anonymous@anonymous.invalid>", '"Anonymous" <sip:Anonymous@ANONYMOUS.invalid>']) {
    const { sign, send } = bench();
    assert.equal(sign({ ...INVITE, from }), "ok");
    const refused = send({ ...INVITE, from, branch: "z9hG4bK3" });
    assert.ok(typeof refused !== "string");
    assert.equal(refused.status, 401, "without digest nobody is");
  }
  for (const from of ["<sip:anonymous@phones.test>", "<sip:1002@anonymous.invalid>"]) {
    const response = bench().sign({ ...INVITE, from });
    assert.ok(typeof response !== "string");
    assert.equal(response.status, 403, from);
  }
});

Deno.test("RFC 3323 4.1.1.3: inside of a dialog nobody is known by not being named", () => {
  const { sign } = bench({ inDialog: () => "elsewhere" });
  const to = "<sip:1001@phones.test>;tag=ours";
  const response = sign({ method: "BYE", from: "<sip:anonymous@anonymous.invalid>", to });
  assert.ok(typeof response !== "string");
  assert.equal(response.status, 403);
});

Deno.test("an account that is not there is challenged, refused and slowed as one that is", async () => {
  const answers = async (user: string, secret: string) => {
    const wrongAnswers = { burst: 3, perSecond: 0.1 };
    const { send, clock } = bench({ bounds: { ...DEFAULT_REGISTRAR_BOUNDS, wrongAnswers } });
    const said: Said = { from: `<sip:${user}@phones.test>` };
    const given: string[] = [];
    let challenge = "";
    for (let guess = 0; guess < 10; guess++) {
      const lines = challenge ? [`Authorization: ${answer(challenge, { user, secret })}`] : [];
      const response = send({ ...said, lines, branch: `z9hG4bK${guess}` });
      await clock.pass(4_000);
      if (typeof response === "string") {
        given.push(response);
        continue;
      }
      challenge = response.headers.get("WWW-Authenticate") ?? "";
      const named = response.headers.all("WWW-Authenticate").map((line) => line.replace(parameter(line, "nonce"), "N"));
      given.push(`${response.status} ${response.reason} ${[...response.headers].map(([name]) => name)} ${named}`);
    }
    return given;
  };
  const known = await answers("1001", "guess");
  assert.deepEqual(await answers("1009", "guess"), known);
  assert.equal(known.filter((given) => given === "drop").length, 3);
});

Deno.test("wrong secrets of one source are slowed, right ones of it too, and those of other sources are not", async () => {
  const wrongAnswers = { burst: 5, perSecond: 0.1 };
  const { sign, clock, logged } = bench({ bounds: { ...DEFAULT_REGISTRAR_BOUNDS, wrongAnswers } });
  for (let guess = 0; guess < 5; guess++) sign({}, { secret: `guess ${guess}` });
  assert.equal(sign({}, { secret: "guess" }), "drop");
  assert.equal(sign({}), "drop", "otherwise a guesser would learn of the right one");
  const elsewhere = sign({}, { from: { ...PHONE, host: "192.0.2.30" } });
  assert.ok(typeof elsewhere !== "string" && elsewhere.status === 200);
  await clock.pass(10_000);
  const later = sign({});
  assert.ok(typeof later !== "string" && later.status === 200);
  assert.equal(logged.length, 1);
});

Deno.test("wrong answers of a source are counted for each user: those behind one NAT do not spend each other's", () => {
  const { sign } = bench({ bounds: { ...DEFAULT_REGISTRAR_BOUNDS, wrongAnswers: { burst: 5, perSecond: 0.1 } } });
  const outcomes = Array.from({ length: 8 }, () => sign({}, { user: "mallory", secret: "guess" }));
  assert.equal(outcomes.filter((outcome) => outcome === "drop").length, 3);
  const another = sign({});
  assert.ok(typeof another !== "string" && another.status === 200);
});

Deno.test("answers to no nonce that a source was given spend nothing: anybody can forge them in its name", () => {
  const { send, sign } = bench({ bounds: { ...DEFAULT_REGISTRAR_BOUNDS, wrongAnswers: { burst: 2, perSecond: 0.1 } } });
  const forged = 'username="1001", realm="phones.test", uri="sip:phones.test", response="0", qop=auth, nc=00000001';
  for (const line of ['realm="phones.test"', 'realm="elsewhere.test"', `${forged}, cnonce="a", nonce="b"`]) {
    for (let again = 0; again < 5; again++) assert.notEqual(send({ lines: [`Authorization: Digest ${line}`] }), "drop");
  }
  const signed = sign({});
  assert.ok(typeof signed !== "string" && signed.status === 200);
});

Deno.test("a source that names ever new users has the log tell of as many as it may answer wrongly", () => {
  const { sign, logged } = bench({
    bounds: { ...DEFAULT_REGISTRAR_BOUNDS, wrongAnswers: { burst: 5, perSecond: 0.1 } },
  });
  for (let stranger = 0; stranger < 20; stranger++) sign({}, { user: `stranger ${stranger}` });
  assert.equal(logged.length, 5);
});

Deno.test("what a phone with a wrong secret says again and again is logged once a minute, with how often it came", async () => {
  const { sign, clock, logged } = bench({
    bounds: { ...DEFAULT_REGISTRAR_BOUNDS, wrongAnswers: { burst: 1_000, perSecond: 1 } },
  });
  const fail = (user: string, from = PHONE) => sign({}, { user, secret: "guess", from });
  for (let again = 0; again < 16; again++) fail("1001");
  assert.equal(logged.length, 1);
  fail("1002");
  fail("1001", { ...PHONE, host: "192.0.2.30" });
  assert.equal(logged.length, 3, "another account and another source are news");
  await clock.pass(60_000);
  fail("1001");
  await clock.pass(60_000);
  fail("1001");
  assert.deepEqual(logged.slice(3), [
    `${logged[0]} (and 15 times more since that was told before)`,
    logged[0],
  ]);
});

Deno.test("what is folded of the log is bounded: whoever names ever new accounts does not cost memory, only lines", () => {
  const { sign, logged } = bench({
    bounds: {
      ...DEFAULT_REGISTRAR_BOUNDS,
      registrations: { burst: 9_000, perSecond: 1 },
      wrongAnswers: { burst: 9_000, perSecond: 1 },
    },
  });
  for (let stranger = 0; stranger < 1_100; stranger++) sign({}, { user: `stranger ${stranger}` });
  sign({}, { user: "stranger 1099" });
  sign({}, { user: "stranger 0" });
  assert.equal(logged.length, 1_101);
});

Deno.test("what is logged of a refusal names the source, the user and the reason, no secret, and no line of its own", () => {
  const { sign, send, logged } = bench();
  sign({}, { secret: "guess" });
  sign({}, { user: "mallory", secret: "guess" });
  sign({}, { user: `x\u2028${"y".repeat(200)}`, secret: "guess" });
  sign({}, { change: { qop: undefined } });
  send({ lines: ['Authorization: Digest realm="elsewhere.test"'] });
  send({ lines: ['Authorization: Digest realm="phones.test'] });
  assert.equal(logged.length, 5);
  assert.equal(
    logged[4],
    "Refused REGISTER of udp 192.0.2.20:5070: its Authorization cannot be checked: it is not a list of parameters",
  );
  assert.equal(logged[0], 'Refused REGISTER of udp 192.0.2.20:5070: the secret of "1001" was wrong');
  assert.equal(logged[1], 'Refused REGISTER of udp 192.0.2.20:5070: there is no account "mallory"');
  assert.equal(
    logged[3],
    "Refused REGISTER of udp 192.0.2.20:5070: its Authorization cannot be checked: its qop is not auth",
  );
  for (const line of logged) {
    assert.ok(line.length < 200);
    assert.doesNotMatch(line, /guess|wonderland/);
  }
});

Deno.test("REGISTER requests of one source are held to a pace before any digest is computed", async () => {
  const { send, clock } = bench({ bounds: { ...DEFAULT_REGISTRAR_BOUNDS, registrations: { burst: 3, perSecond: 1 } } });
  const answered = Array.from({ length: 5 }, () => send({}) !== "drop");
  assert.deepEqual(answered, [true, true, true, false, false]);
  assert.notEqual(send({}, { ...PHONE, host: "2001:db8::9" }), "drop");
  await clock.pass(2_500);
  assert.deepEqual([send({}), send({}), send({})].map((response) => response !== "drop"), [true, true, false]);
});

Deno.test("what strangers are answered is less than three times what they sent, so that it is sent at all", () => {
  for (const method of ["REGISTER", "INVITE", "SUBSCRIBE", "OPTIONS", "PUBLISH", "BYE"]) {
    const request = requestOf({ method });
    const response = bench().send(request);
    assert.ok(typeof response !== "string", method);
    assert.ok(writeMessage(response).length <= 3 * writeMessage(request).length);
  }
});

Deno.test("RFC 3261 8.2.7: a request that comes again is answered with the same tag, another with another", () => {
  const { send } = bench();
  const tagOfAnswer = (said: Said) => {
    const response = send({ ...INVITE, method: "BYE", ...said });
    assert.ok(typeof response !== "string");
    return tagOf(response.headers.get("To") ?? "");
  };
  assert.match(tagOfAnswer({}) ?? "", /^[0-9a-f]{16}$/);
  assert.equal(tagOfAnswer({}), tagOfAnswer({}));
  assert.notEqual(tagOfAnswer({}), tagOfAnswer({ callId: "another" }));
});

const OLD_PHONE = ["User-Agent: baresip v1.0.0 (x86_64/linux)"];

function offered(response: ReturnType<ReturnType<typeof bench>["send"]>): string[] {
  assert.ok(typeof response !== "string", `it was answered ${response}`);
  assert.equal(response.status, 401);
  return response.headers.all("WWW-Authenticate").map((challenge) => parameter(challenge, "algorithm"));
}

Deno.test("RFC 8760 2.3: a phone is offered SHA-256 before MD5", () => {
  assert.deepEqual(offered(told({})), ["SHA-256", "MD5"]);
  assert.deepEqual(offered(told({}, { options: { algorithms: ["SHA-256"] } })), ["SHA-256"]);
});

Deno.test("a phone that is known to fail at SHA-256 is offered MD5 alone, unless only SHA-256 is allowed", () => {
  assert.deepEqual(offered(told({ lines: OLD_PHONE })), ["MD5"]);
  assert.deepEqual(offered(told({ lines: ["User-Agent: baresip v3.11.0 (x)"] })), ["MD5"]);
  assert.deepEqual(offered(told({ lines: ["User-Agent: baresip v3.12.1 (x)"] })), ["SHA-256", "MD5"]);
  assert.deepEqual(offered(told({ lines: OLD_PHONE }, { options: { algorithms: ["SHA-256"] } })), ["SHA-256"]);
});

Deno.test("a phone that asks again without having answered is offered MD5 alone, but not when it only repeats itself", async () => {
  const { send, clock } = bench();
  assert.deepEqual(offered(send({})), ["SHA-256", "MD5"]);
  await clock.pass(4_000);
  assert.deepEqual(offered(send({})), ["SHA-256", "MD5"]);
  assert.deepEqual(offered(send({ from: "<sip:1002@phones.test>" })), ["SHA-256", "MD5"]);
  await clock.pass(30_000);
  assert.deepEqual(offered(send({})), ["MD5"]);
  assert.deepEqual(offered(send({ ...INVITE })), ["MD5"], "whatever it asks");
  assert.deepEqual(offered(send({}, { ...PHONE, host: "192.0.2.21" })), ["SHA-256", "MD5"]);
});

Deno.test("a phone that has answered is asked for the same again", async () => {
  const { send, sign, clock } = bench();
  sign({});
  await clock.pass(30_000);
  assert.deepEqual(offered(send({})), ["SHA-256", "MD5"], "it knows SHA-256");
  const challenged = send({ from: "<sip:1002@phones.test>" });
  assert.ok(typeof challenged !== "string");
  const [, md5 = ""] = challenged.headers.all("WWW-Authenticate");
  const authorization = answer(md5, { user: "1002", secret: "looking-glass" });
  const registered = send({ from: "<sip:1002@phones.test>", lines: [`Authorization: ${authorization}`] });
  assert.ok(typeof registered !== "string" && registered.status === 200);
  assert.deepEqual(offered(send({ from: "<sip:1002@phones.test>" })), ["MD5"], "it chose MD5");
  const stale = send({ from: "<sip:1002@phones.test>", lines: [`Authorization: ${authorization}`] });
  assert.deepEqual(offered(stale), ["MD5"]);
});

Deno.test("however many strangers ask, what is remembered of them is bounded, and the rest still works", () => {
  const { send, sign } = bench();
  for (let stranger = 0; stranger < 10_000; stranger++) {
    send({}, { ...PHONE, host: `10.${stranger >> 16}.${stranger >> 8 & 255}.${stranger & 255}` });
  }
  const response = sign({ lines: ["Contact: <sip:1001@192.0.2.20>"] });
  assert.ok(typeof response !== "string" && response.status === 200);
});

Deno.test("RFC 8760 2.4: after a wrong answer all is offered again; to one that MD5 has made, whatever it names, MD5 alone", () => {
  const { send } = bench();
  const [sha = "", md5 = ""] = told({}).headers.all("WWW-Authenticate");
  const fresh = () => {
    const response = send({});
    assert.ok(typeof response !== "string");
    return parameter(response.headers.get("WWW-Authenticate") ?? "", "nonce");
  };
  const answered = (challenge: string, secret: string, { change = {} }: Pick<PhoneAnswer, "change"> = {}) => {
    const anew = challenge.replace(parameter(challenge, "nonce"), fresh());
    return send({ lines: [`Authorization: ${answer(anew, { secret, change })}`] });
  };
  assert.deepEqual(offered(answered(sha, "guess")), ["SHA-256", "MD5"]);
  assert.deepEqual(offered(answered(md5, "guess")), ["MD5"]);
  assert.deepEqual(
    offered(answered(md5, "wonderland", { change: { algorithm: "SHA-256" } })),
    ["MD5"],
    "it only repeats the name",
  );
  const only = bench({ algorithms: ["SHA-256"] });
  const challenged = only.send({});
  assert.ok(typeof challenged !== "string");
  const challenge = challenged.headers.get("WWW-Authenticate") ?? "";
  const change = { response: `"${"0".repeat(32)}"` };
  assert.deepEqual(offered(only.send({ lines: [`Authorization: ${answer(challenge, { change })}`] })), ["SHA-256"]);
});
