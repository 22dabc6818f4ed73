#!/bin/sh
# With LogTape's properties: "flatten", a property named level, message, logger or @timestamp replaces the record's own.
#
# Version:   @logtape/logtape 2.4.2 on Deno 2.9.6
# Guess:     of the four fields none was written before; met while its properties were tried. Of an error in
#            the text: it reads as its message
# Behaviour: an error logged with {level: "DEBUG"} is a line of level DEBUG; and "{error}" in a text is "{}" in JSON Lines,
#            with name, message and stack only among the properties
# So:        properties whose names come from outside are nested, not flattened; errors are given as their words
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > probe.js <<'END'
import { configureSync, getJsonLinesFormatter, getLogger } from "npm:@logtape/logtape@2.4.2";
const format = getJsonLinesFormatter({ properties: "flatten" });
const lines = [];
configureSync({
  sinks: { lines: (record) => lines.push(JSON.parse(format(record))) },
  loggers: [
    { category: "door", sinks: ["lines"], lowestLevel: "debug" },
    { category: ["logtape", "meta"], sinks: [], lowestLevel: "error" },
  ],
});
getLogger("door").error("it is open", { who: "x" });
getLogger("door").error("it is open", { level: "DEBUG", message: "it is shut", logger: "wall", "@timestamp": "never" });
getLogger("door").error("it broke: {error}", { error: new Error("no hinge") });
const [plain, overwritten, broken] = lines;
console.log(`plain: ${plain.level} ${plain.logger} ${plain.message}`);
console.log(`overwritten: ${overwritten["@timestamp"]} ${overwritten.level} ${overwritten.logger} ${overwritten.message}`);
console.log(`error: ${broken.message} (${broken.error.message})`);
END
DENO_DIR="$folder/deno" deno run --quiet --no-config --no-lock --allow-all probe.js > seen

cat > expected <<'END'
plain: ERROR door it is open
overwritten: never DEBUG wall it is shut
error: it broke: {} (no hinge)
END
cmp -s expected seen || {
  echo 'changed: expected the four fields overwritten and the error as {}, and saw:'
  cat seen
  exit 1
}
echo 'as found: what LogTape 2.4.2 makes of three errors:'
cat seen
