import { equal, match, ok } from "node:assert/strict";
import { Validator } from "@cfworker/json-schema";
import { pageText, schemaText } from "./configuration_docs.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, ROOT));

async function validator(): Promise<Validator> {
  return new Validator(JSON.parse(await read("docs/configuration.schema.json")), "2020-12", false);
}

/** The JSON blocks of a page that are configurations. */
async function examples(page: string): Promise<unknown[]> {
  const blocks = [...(await read(page)).matchAll(/^```json\n([^]*?)^```/gm)];
  return blocks.map(([, json = ""]) => JSON.parse(json)).filter((example) => "configuration" in example);
}

Deno.test("the published schema and page of the configuration are what the checking schema gives now: deno task schema", async () => {
  equal(await read("docs/configuration.schema.json"), await schemaText());
  equal(await read("docs/configuration.md"), await pageText());
});

Deno.test("every key of the configuration has a description, and every bound says its unit or what it counts", async () => {
  const undescribed: string[] = [];
  const walk = (node: unknown, place: string) => {
    if (typeof node !== "object" || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      if (key !== "properties") walk(value, `${place}/${key}`);
      else {
        for (const [name, property] of Object.entries(value)) {
          if (!(property as { description?: string }).description) undescribed.push(`${place}/${name}`);
          walk(property, `${place}/${name}`);
        }
      }
    }
  };
  walk(JSON.parse(await read("docs/configuration.schema.json")), "");
  equal(undescribed.join(), "");
});

for (const page of ["docs/running.md", "docs/configuration.md"]) {
  Deno.test(`the example of a configuration in ${page} fits the published schema, as a validator sees it that knows nothing of us`, async () => {
    const found = await examples(page);
    ok(found.length > 0);
    for (const example of found) equal(JSON.stringify((await validator()).validate(example).errors), "[]");
  });
}

const BAD: Record<string, { file: unknown; place: RegExp }> = {
  "an unknown key": { file: { listne: "127.0.0.1:0" }, place: /listne/ },
  "an unknown bound": { file: { bounds: { closeMS: 1 } }, place: /closeMS/ },
  "an unknown key of a plugin": { file: { plugins: [{ source: "x", enable: true }] }, place: /plugins\/0\/enable/ },
  "an unknown key of tls": { file: { tls: { cert: "a", key: "b", ca: "c" } }, place: /tls\/ca/ },
  "a bound of 0": { file: { bounds: { closeMs: 0 } }, place: /closeMs/ },
  "a bound with a fraction": { file: { bounds: { closeMs: 1.5 } }, place: /closeMs/ },
  "a certificate without its key": { file: { tls: { cert: "a" } }, place: /tls/ },
  "a plugin without its source": { file: { plugins: [{}] }, place: /plugins\/0/ },
  "a later version": { file: { configuration: 2 }, place: /configuration/ },
};

for (const [what, { file, place }] of Object.entries(BAD)) {
  Deno.test(`the published schema refuses ${what}`, async () => {
    const { valid, errors } = (await validator()).validate(file);
    equal(valid, false);
    match(errors.map(({ instanceLocation }) => instanceLocation).join(" "), place);
  });
}
