#!/bin/sh
# json-schema-faker makes values that the schema they are made from refuses.
#
# Version:   json-schema-faker 0.6.3 on Deno 2.9.6, judged by ajv 8.20.0 with ajv-formats 3.0.1
# Guess:     what it makes is valid, for every keyword that it knows
# Behaviour: not one of 50 values is, for format duration (PT0D), a pattern with a lookahead or \p{Lu}, oneOf whose branches
#            overlap, and a minimum close to 2^53
# So:        judge what it made before it counts as valid input
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > probe.js <<'END'
import { generate } from "npm:json-schema-faker@0.6.3";
import Ajv from "npm:ajv@8.20.0/dist/2020.js";
import formats from "npm:ajv-formats@3.0.1";
const ajv = new Ajv.default();
formats.default(ajv);
const schemas = {
  integer: { type: "integer", minimum: 5, maximum: 7 },
  duration: { type: "string", format: "duration" },
  lookahead: { type: "string", pattern: "^(?!abc)[a-c]{3}$" },
  property: { type: "string", pattern: "^\\d{3}-\\p{Lu}$" },
  oneOf: { oneOf: [{ type: "integer", minimum: 0 }, { type: "integer", maximum: 10 }] },
  large: { type: "integer", minimum: 9007199254740990 },
};
for (const [name, schema] of Object.entries(schemas)) {
  const valid = ajv.compile(schema);
  let right = 0;
  for (let times = 0; times < 50; times++) if (valid(await generate(schema))) right++;
  console.log(`${name}: ${right} of 50 right`);
}
END
DENO_DIR="$folder/deno" deno run --quiet --no-config --no-lock --allow-all probe.js > seen

cat > expected <<'END'
integer: 50 of 50 right
duration: 0 of 50 right
lookahead: 0 of 50 right
property: 0 of 50 right
oneOf: 0 of 50 right
large: 0 of 50 right
END
cmp -s expected seen || {
  echo 'changed: expected none right but the plain integer, and saw:'
  cat seen
  exit 1
}
echo 'as found: of what json-schema-faker 0.6.3 makes, this is valid by the schema it was made from:'
cat seen
