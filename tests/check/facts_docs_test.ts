import { equal, match } from "node:assert/strict";
import { FACT_TYPES, FACTS } from "../../server/core/contract/facts.ts";
import { factsPageText } from "./facts_docs.ts";

Deno.test("the page of facts is what the table gives now: deno task schema", async () => {
  equal(await Deno.readTextFile(new URL("../../docs/facts.md", import.meta.url)), await factsPageText());
});

Deno.test("every kind of fact says what has happened, and every field of its detail what it is", () => {
  for (const type of FACT_TYPES) {
    match(FACTS[type].tells, /^[A-Z].*\.$/);
    for (const [name, field] of Object.entries(FACTS[type].detail)) {
      const shape = "optional" in field ? field.optional : field;
      match(String(shape.schema(() => ({}))["description"]), /^[A-Z].*\.$/, `${type} ${name}`);
    }
  }
});
