/**
 * Reads how tests went, as `deno test --reporter=tap` tells it.
 *
 * @module
 */

/** How a test went. */
export interface TestResult {
  /** Its name. */
  name: string;
  /** Whether it was left out. */
  ignored: boolean;
  /** Why it failed; undefined if it did not. */
  failure?: string;
}

/** A test; those within a test are told by its own failure. */
const RESULT = /^(?<not>not )?ok \d+ - (?<name>.*?)(?<skip> # SKIP)?$/;
const DETAIL = /^ {2}(?<json>\{.*\})$/;

/** Reads the results of all that is told. */
export function readResults(tap: string): TestResult[] {
  const results: TestResult[] = [];
  let inner = "";
  for (const line of tap.split("\n")) {
    const { not, name, skip } = RESULT.exec(line)?.groups ?? {};
    const last = results.at(-1);
    const json = DETAIL.exec(line)?.groups?.json;
    if (name !== undefined) {
      results.push({ name: name.replaceAll("\\#", "#"), ignored: skip !== undefined, ...not && { failure: inner } });
      inner = "";
    } else if (json !== undefined && last?.failure !== undefined) {
      last.failure += JSON.parse(json).message;
    } else {
      inner += `${line}\n`;
    }
  }
  return results;
}
