#!/bin/sh
# @cfworker/json-schema takes anything where a schema of 2020-12 says $dynamicRef.
#
# Version:   @cfworker/json-schema 4.1.6 on Deno 2.9.6
# Guess:     a keyword of the draft that is asked for (2020-12) is either judged or refused when the validator is made
# Behaviour: a tree whose children are {"$dynamicRef": "#node"} may have the child 5; with {"$ref": "#node"} to the same
#            $dynamicAnchor it throws at the first value; with $ref to an $anchor it is judged rightly
# So:        refuse $dynamicRef in schemas that others bring, or their rules count for nothing
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > probe.js <<'END'
import { Validator } from "npm:@cfworker/json-schema@4.1.6";
const tree = (anchor, ref) => ({
  $id: "https://a.test/tree", [anchor]: "node", type: "object", properties: { children: { items: { [ref]: "#node" } } },
});
for (const [anchor, ref] of [["$anchor", "$ref"], ["$dynamicAnchor", "$dynamicRef"], ["$dynamicAnchor", "$ref"]]) {
  let outcome;
  try {
    outcome = new Validator(tree(anchor, ref), "2020-12").validate({ children: [5] }).valid ? "valid" : "refused";
  } catch (error) {
    outcome = error.message.split(".")[0];
  }
  console.log(`${anchor} ${ref}: ${outcome}`);
}
END
DENO_DIR="$folder/deno" deno run --quiet --no-config --no-lock --allow-all probe.js > seen

cat > expected <<'END'
$anchor $ref: refused
$dynamicAnchor $dynamicRef: valid
$dynamicAnchor $ref: Unresolved $ref "#node"
END
cmp -s expected seen || {
  echo 'changed: expected the child 5 to be valid below $dynamicRef, and saw:'
  cat seen
  exit 1
}
echo 'as found: a child that is 5 and not a tree, to @cfworker/json-schema 4.1.6:'
cat seen
