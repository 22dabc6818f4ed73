import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { readConfiguration } from "../../server/program/configuration/read.ts";
import { temporaryFolder } from "../faults/temporary.ts";

/** Reads a configuration file with this content. */
async function read(content: unknown, flags: { listen?: string } = {}) {
  using folder = temporaryFolder();
  const config = `${folder.path}/config.json`;
  await Deno.writeTextFile(config, JSON.stringify(content));
  return { folder: folder.path, ...await readConfiguration({ ...flags, config }) };
}

/** The one line that refuses a configuration file with this content. */
async function refusal(content: unknown): Promise<string> {
  let words = "";
  await rejects(read(content), (error: Error) => {
    words = error.message;
    return true;
  });
  match(words, /^[^\n]+$/);
  return words;
}

Deno.test("with nothing said, every bound is the one of api.md, section 1", async () => {
  const { activityOf, core, host, http, history, listen, tls, trustedProxies, log, checkpoints, durability } =
    await readConfiguration({});
  deepEqual(listen, { hostname: "127.0.0.1", port: 8274 });
  deepEqual({ tls, trustedProxies, log, durability }, {
    tls: undefined,
    trustedProxies: [],
    log: { level: "info", format: "auto" },
    durability: "full",
  });
  equal(activityOf("virtual:desk-1"), undefined);
  deepEqual(checkpoints, { everySeconds: 3_600, log: true });
  const { startMs, stopMs, heartbeatMs, missedHeartbeats } = host;
  deepEqual([startMs, stopMs, heartbeatMs, missedHeartbeats], [10_000, 2_000, 1_000, 3]);
  deepEqual([core.openMs, core.getterMs, core.operationMs, core.closeMs], [10_000, 5_000, 30_000, 4_000]);
  deepEqual([core.inFlight, core.leaseSeconds], [1_024, 60]);
  deepEqual([http.bodyBytes, http.jsonDepth, http.batch, http.waitSeconds], [65_536, 16, 100, 60]);
  deepEqual([http.sockets, http.socketBytes, http.tokenOverlapSeconds, http.tokenWarningDays], [
    ...[256, 1_048_576, 3_600, 7],
  ]);
  deepEqual([history.waitingRows, history.waitingMs], [8_192, 2_000]);
  deepEqual([history.checkEveryMs, history.checkShare], [24 * 3_600_000, 0.1]);
});

Deno.test("every bound of api.md, section 1, can be set, and reaches the room that keeps it", async () => {
  const { core, host, http, history, tlsCheckMs } = await read({
    $schema: "somewhere",
    bounds: {
      openMs: 1,
      getterMs: 2,
      operationMs: 3,
      closeMs: 4,
      inFlight: 5,
      leaseSeconds: 6,
      pluginStartMs: 7,
      pluginStopMs: 8,
      heartbeatMs: 9,
      missedHeartbeats: 10,
      bodyBytes: 2_000,
      jsonDepth: 12,
      batch: 13,
      sockets: 14,
      socketBytes: 3_000,
      waitSeconds: 15,
      historyRows: 16,
      historyMs: 17,
      tlsCheckMs: 18,
      tokenOverlapSeconds: 19,
      tokenWarningDays: 20,
      chainCheckHours: 21,
      chainCheckPercent: 22,
    },
  });
  deepEqual([core.openMs, core.getterMs, core.operationMs, core.closeMs, core.inFlight, core.leaseSeconds], [
    ...[1, 2, 3, 4, 5, 6],
  ]);
  deepEqual([host.startMs, host.stopMs, host.heartbeatMs, host.missedHeartbeats], [7, 8, 9, 10]);
  deepEqual([http.bodyBytes, http.jsonDepth, http.batch, http.sockets, http.socketBytes, http.waitSeconds], [
    ...[2_000, 12, 13, 14, 3_000, 15],
  ]);
  deepEqual([history.waitingRows, history.waitingMs, tlsCheckMs], [16, 17, 18]);
  deepEqual([history.checkEveryMs, history.checkShare], [21 * 3_600_000, 0.22]);
  deepEqual([http.tokenOverlapSeconds, http.tokenWarningDays], [19, 20]);
  equal(http.drainMs, 1_000, "how long answers may take at a stop is no bound of the operator's");
});

Deno.test("paths in a file are relative to its folder", async () => {
  const { folder, data, tls, checkpoints, plugins } = await read({
    data: "records",
    tls: { cert: "tls/cert.pem", key: "/etc/key.pem" },
    checkpoints: { file: "checkpoints.jsonl", url: "http://127.0.0.1/", tokenFile: "/etc/token" },
    plugins: [{ source: "../mine" }],
  });
  deepEqual([checkpoints.file, checkpoints.tokenFile], [`${folder}/checkpoints.jsonl`, "/etc/token"]);
  equal(data, `${folder}/records`);
  deepEqual(tls, { cert: `${folder}/tls/cert.pem`, key: "/etc/key.pem" });
  equal(plugins[0]?.source, `${folder.slice(0, folder.lastIndexOf("/"))}/mine`);
});

const UNKNOWN: Record<string, { file: unknown; words: RegExp }> = {
  "of the file": { file: { listne: "x" }, words: /: listne is not known: did you mean listen\?$/ },
  "of bounds": { file: { bounds: { closeMS: 1 } }, words: /: bounds\.closeMS is not known: did you mean closeMs\?$/ },
  "of tls": {
    file: { tls: { cert: "a", key: "b", keys: "c" } },
    words: /: tls\.keys is not known: did you mean key\?$/,
  },
  "of log": { file: { log: { levle: "info" } }, words: /: log\.levle is not known: did you mean level\?$/ },
  "of a plugin": {
    file: { plugins: [{ source: "a" }, { source: "b", grant: {} }] },
    words: /: plugins\.1\.grant is not known: did you mean grants\?$/,
  },
  "of a plugin's grants": {
    file: { plugins: [{ source: "a", grants: { nett: [] } }] },
    words: /: plugins\.0\.grants\.nett is not known: did you mean net\?$/,
  },
  "that belongs elsewhere": { file: { closeMs: 1 }, words: /: closeMs is not known: did you mean bounds\.closeMs\?$/ },
  "that is like nothing": { file: { "\n\u001b": 1 }, words: /: "\\n\\u001b" is not known: did you mean \w+\?$/ },
};

for (const [what, { file, words }] of Object.entries(UNKNOWN)) {
  Deno.test(`an unknown key ${what} is an error that names the nearest known one`, async () => {
    match(await refusal(file), words);
  });
}

Deno.test("every fault is told in one line, and of very many how many more there are", async () => {
  match(await refusal({ bounds: { opnMs: 1, closMs: 2 } }), /opnMs .*openMs\?; bounds\.closMs .*closeMs\?$/);
  match(
    await refusal({ data: 7, listen: null, log: [] }),
    /: listen is null: it must be a string; data is 7: it must be a string; log is an array: it must be an object$/,
  );
  const keys = Array.from({ length: 50_000 }, (_, i) => [`key${i}`, i] as const);
  match(await refusal(Object.fromEntries(keys)), /key0 .*key7 [^;]*\(and 49992 more faults\)$/);
});

const WRONG: Record<string, { file: unknown; words: RegExp }> = {
  "a proxy that is a name": {
    file: { trustedProxies: ["proxy.example"] },
    words: /trustedProxies\.0 is "proxy\.example": it must be .*10\.0\.0\.0\/8$/,
  },
  "activity of what is no glob of phones": {
    file: { activity: [{ phones: "virtual/*", buttons: true }] },
    words: /activity\.0\.phones is "virtual\/\*": it must be a glob of phones/,
  },
  "whichButtons without buttons": {
    file: { activity: [{ phones: "*", whichButtons: true }] },
    words: /activity\.0: it has whichButtons without buttons/,
  },
  "a network with too long a prefix": { file: { trustedProxies: ["10.0.0.0/33"] }, words: /trustedProxies\.0/ },
  "a log level that is none": {
    file: { log: { level: "loud" } },
    words: /log\.level is "loud": it must be "debug" or "info"/,
  },
  "an address with a line break": { file: { listen: "\r\n127.0.0.1:0" }, words: /HOST:PORT/ },
  "an address that is none": { file: { listen: "8274" }, words: /"8274".*HOST:PORT/ },
  "a lease longer than 300 s": {
    file: { bounds: { leaseSeconds: 301 } },
    words: /: bounds\.leaseSeconds is 301: it must be an integer from 5 to 300$/,
  },
  "a lease shorter than 5 s": {
    file: { bounds: { leaseSeconds: 2 } },
    words: /: bounds\.leaseSeconds is 2: it must be an integer from 5 to 300$/,
  },
  "a receiver that is none of HTTP": {
    file: { checkpoints: { url: "ftp://audit.example.org/" } },
    words: /checkpoints\.url is .*it must be as https:\/\/audit\.example\.org\/switchroom, without a name/,
  },
  "a receiver with a password in its address": {
    file: { checkpoints: { url: "https://me:secret@audit.example.org/" } },
    words: /checkpoints\.url .*without a name and a password/,
  },
  "a receiver that is a pattern of hosts": {
    file: { checkpoints: { url: "https://*.example.org/" } },
    words: /checkpoints\.url is .*it must be as https:\/\/audit\.example\.org\/switchroom/,
  },
  "a receiver's token without a receiver": {
    file: { checkpoints: { tokenFile: "token" } },
    words: /checkpoints: tokenFile is the token for url, which is not there$/,
  },
  "a receiver's token that would be sent in clear": {
    file: { checkpoints: { tokenFile: "token", url: "http://audit.example.org/" } },
    words: /checkpoints: tokenFile would be sent unencrypted: url must begin with https:\/\/$/,
  },
  "checkpoints that never come": {
    file: { checkpoints: { everySeconds: 0 } },
    words: /checkpoints\.everySeconds is 0: it must be an integer from 1 to 604,?800/,
  },
  "half a number": {
    file: { bounds: { batch: 1.5 } },
    words: /: bounds\.batch is 1\.5: it must be an integer from 1 to/,
  },
  "a certificate without its key": {
    file: { tls: { cert: "a" } },
    words: /: tls\.key is missing: it must be a string$/,
  },
  "an empty path": { file: { data: "" }, words: /: data is "": it must have a length of at least 1$/ },
  "another version of the format": { file: { configuration: 2 }, words: /: configuration is 2: it must be 1$/ },
  "no object": { file: [], words: /: the file is an array: it must be an object$/ },
  "a plugin without a folder": {
    file: { plugins: [{}] },
    words: /: plugins\.0\.source is missing: it must be a string$/,
  },
  "a flag that is a word": {
    file: { plugins: [{ source: "a", enabled: "yes" }] },
    words: /: plugins\.0\.enabled is "yes": it must be true or false$/,
  },
};

for (const [what, { file, words }] of Object.entries(WRONG)) {
  Deno.test(`a configuration with ${what} is refused, and the line names the place`, async () => {
    match(await refusal(file), words);
  });
}

Deno.test("bounds for which an orderly stop has no time are refused, and the line says what it would take (api section 1: 10 s)", async () => {
  match(
    await refusal({ bounds: { closeMs: 8_000 } }),
    /bounds: .*10000 ms has no room for closeMs 8000 .*stopMs to 14000/,
  );
  match(await refusal({ bounds: { pluginStopMs: 2_001 } }), /stopMs to 10001/);
  const { stop, core } = await read({ bounds: { closeMs: 8_000, stopMs: 14_000 } });
  equal(core.closeMs, 8_000);
  deepEqual(stop, { coreMs: 8_500, pluginsMs: 2_500, historyMs: 2_000 });
});

Deno.test("an orderly stop takes less than 10 s with the bounds that hold unless configured (api section 1)", async () => {
  const { stop: { coreMs, pluginsMs, historyMs } } = await readConfiguration({});
  deepEqual([coreMs, pluginsMs, historyMs], [4_500, 2_500, 2_000]);
});

Deno.test("beyond loopback tls or trustedProxies is demanded, and the line says both ways out", async () => {
  for (const listen of ["0.0.0.0:8274", "[::]:8274", "192.0.2.1:0", "phones.example:8274"]) {
    match(await refusal({ listen }), /Cannot listen on .*without TLS.*tls\.cert and tls\.key, .*trustedProxies/);
  }
  for (const listen of ["127.0.0.1:0", "[::1]:0", "localhost:0", "127.1.2.3:0"]) await read({ listen });
  await read({ listen: "0.0.0.0:0", trustedProxies: ["10.0.0.0/8", "fd00::/8", "192.0.2.1", "::1"] });
  await read({ listen: "[::]:0", tls: { cert: "a", key: "b" } });
  await rejects(read({}, { listen: "0.0.0.0:0" }), /without TLS/);
});

Deno.test("a file that is not JSON is refused in one line, whatever it holds", async () => {
  using folder = temporaryFolder();
  const config = `${folder.path}/config.json`;
  for (const text of ["", "\n\nlisten: 8274\n\n", '{ "a":\n\u001b[31m }', "{}{}"]) {
    await Deno.writeTextFile(config, text);
    await rejects(readConfiguration({ config }), ({ message }: Error) => {
      match(message, / is not JSON: /);
      return !/\p{Cc}/u.test(message);
    });
  }
});

Deno.test("a file that is not JSON is told with the place of its fault, and nothing of it is quoted: it may be a secret", async () => {
  using folder = temporaryFolder();
  const config = `${folder.path}/config.json`;
  const faulty: [text: string, says: RegExp][] = [
    ['{\n  "secret": hunter2",\n}', /: line 2 column 13 has a character that JSON does not have there$/],
    ['{"secret": "hunter2", "enabled": tru}', /: line 1 column 37 has a character/],
    ["hunter2", /: line 1 column 1 has a character/],
    ['{"secret": "hunter2}', /: Unterminated string in JSON at position 20 \(line 1 column 21\)$/],
    ['{"secret": "hunter2" "a": 1}', /: Expected ',' or '}' .* \(line 1 column 22\)$/],
    ['{"secret": "hunter2"', /: Expected ',' or '}' /],
    ["'hunter2'", /: line 1 column 1 has a character/],
  ];
  for (const [text, says] of faulty) {
    await Deno.writeTextFile(config, text);
    await rejects(readConfiguration({ config }), ({ message }: Error) => {
      match(message, says);
      return !message.includes("unter2") && !message.includes("secret");
    });
  }
});

Deno.test("comments, and commas behind the last of several, are passed over, and left alone where they are a text's own", async () => {
  using folder = temporaryFolder();
  const config = `${folder.path}/config.jsonc`;
  await Deno.writeTextFile(
    config,
    `// Of the front desk\r
{\r
  /* "listen": "127.0.0.1:1",
     as it was */ "listen": "127.0.0.1:0", // any
  "data": "of//us/*here*/,]",
}`,
  );
  const { listen, data } = await readConfiguration({ config });
  deepEqual([listen.port, data], [0, `${folder.path}/of/us/*here*/,]`]);
});

Deno.test("what is wrong in a file with comments is told with the line and column at which it stands in it", async () => {
  using folder = temporaryFolder();
  const config = `${folder.path}/config.json`;
  const faulty: [text: string, says: RegExp][] = [
    ["// one\n/* two\n three */ x", /: line 3 column 11 has a character that JSON does not have there$/],
    ['{ "a": 1, // one\n  "b" /* "hunter2" */ 2 }', /: Expected ':' .* \(line 2 column 23\)$/],
    ['{ "a": 1, }\n  /* hunter2', /: line 2 column 3 begins a comment that does not end$/],
    ['{ /* hunter2 "a": 1 }', /: line 1 column 3 begins a comment that does not end$/],
    ["/* hunter2 */ // no more", /: it ends too soon, at line 1 column 1$/],
    ['{ "a": [1, // hunter2\n', /: it ends too soon, at line 1 column 11$/],
    ['{ "a": 1,, }', /line 1 column 10\D/],
    ["# hunter2\n{}", /: line 1 column 1 has a character/],
  ];
  for (const [text, says] of faulty) {
    await Deno.writeTextFile(config, text);
    await rejects(readConfiguration({ config }), ({ message }: Error) => {
      match(message, says);
      return !message.includes("unter2");
    });
  }
});

Deno.test("a byte order mark before the configuration is passed over (RFC 8259, 8.1: a reader may)", async () => {
  using folder = temporaryFolder();
  const config = `${folder.path}/config.json`;
  await Deno.writeTextFile(config, `\uFEFF{ "listen": "127.0.0.1:0" }`);
  equal((await readConfiguration({ config })).listen.port, 0);
});

Deno.test("what only looks like JSON is named with its place, and left alone where it is a text's own", async () => {
  using folder = temporaryFolder();
  const config = `${folder.path}/config.json`;
  const faults: [text: string, words: RegExp][] = [
    [
      `{\n  \u201Clisten\u201D: "127.0.0.1:0"\n}`,
      /line 2 column 3 has a typographic quote \(U\+201C\) where JSON has a plain "/,
    ],
    [`{ "listen": \u2018x\u2019 }`, /line 1 column 13 has a typographic quote \(U\+2018\)/],
    [
      `{ "data": "\u201Cmine\u201D",\u00A0"listen": "127.0.0.1:0" }`,
      /line 1 column 20 has a no-break space, .*\(U\+00A0\)/,
    ],
    [`{ "data": "a\\"\u00A0", \u2003 }`, /line 1 column 19 has a no-break space, or another blank, \(U\+2003\)/],
    [`{ "data"\uFF1A "x" }`, /line 1 column 9 has a full-width sign \(U\+FF1A\)/],
    [`{ "data": "x"\u200B }`, /line 1 column 14 has an invisible character \(U\+200B\) where JSON has nothing/],
  ];
  for (const [text, words] of faults) {
    await Deno.writeTextFile(config, text);
    await rejects(readConfiguration({ config }), words);
  }
  await Deno.writeTextFile(config, `{ "data": "\u201Cmine\u201D\u00A0\u200B" }`);
  match((await readConfiguration({ config })).data, /\u201Cmine\u201D\u00A0\u200B$/);
});

Deno.test("a number of the configuration that would be changed is refused with its place, for it would reach a plugin changed", async () => {
  using folder = temporaryFolder();
  const config = `${folder.path}/config.json`;
  await Deno.writeTextFile(
    config,
    `{ "plugins": [{ "source": "x", "config": { "account": [{ "id": 9007199254740993 }] } }] }`,
  );
  const words =
    /it\.plugins\[0\]\.config\.account\[0\]\.id is the number "9007199254740993", which would become 9007199254740992/;
  await rejects(readConfiguration({ config }), words);
});

Deno.test("the plugins that come with Switchroom are found wherever the configuration is, as every page names them", async () => {
  for (const page of ["running", "sip"]) {
    const text = await Deno.readTextFile(new URL(`../../docs/${page}.md`, import.meta.url));
    const sources = [...text.matchAll(/"source": "(builtin:[^"]+)"/g)].map(([, source]) => source);
    ok(sources.length > 0);
    const { plugins } = await read({ plugins: sources.map((source, index) => ({ name: `p${index}`, source })) });
    for (const { source } of plugins) ok((await Deno.stat(`${source}/plugin.json`)).isFile, source);
  }
  const [known, folder] = [
    "builtin:virtual and builtin:sip",
    "every other source is a folder, which with such a name is written with ./ before it",
  ];
  equal(
    await refusal({ plugins: [{ source: "builtin:alsa" }] }),
    `No plugin named "builtin:alsa" comes with Switchroom: there are ${known}; ${folder}`,
  );
  for (
    const [written, meant] of [["switchroom:virtual", "virtual"], ["builtin:Sip", "sip"], ["npm:virtul", "virtual"]]
  ) {
    equal(
      await refusal({ plugins: [{ source: written }] }),
      `No plugin named "${written}" comes with Switchroom: did you mean builtin:${meant}? There are ${known}; ${folder}`,
    );
  }
  const { plugins: [colon] } = await read({ plugins: [{ source: "./my:plugin" }] });
  match(colon?.source ?? "", /\/my:plugin$/);
});
