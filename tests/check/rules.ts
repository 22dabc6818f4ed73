/**
 * Whether every rule of the telephone contract, every reading of it and every invariant has a test that is named by its
 * number, or a reason why it has none.
 *
 * @module
 */

/** The texts of a tree, by their paths from its root. */
export type Texts = ReadonlyMap<string, string>;

const FOLDER = "tests/conformance/";
const REASONS = `${FOLDER}by_construction.md`;
const TABLE = `${FOLDER}README.md`;

/** The one function of the contract that has no rule. */
const WITHOUT_RULE = "phoneGetID";

const TITLE = /Deno\.test\(\s*["'`]([^]*?)["'`],/g;
const RULE = /\b[RQ]\d+\b|\binvariants? [\d and,]+/g;
/** A row of a table of rules: the rule, and the rest of its row. */
const ROW = /^\| *([RQ]\d+|invariant \d+|phoneGetID) *\| *(.*?) *\|$/gm;

/**
 * Holds the conformance tests against the rules.
 *
 * @param rules Every rule that there is: `R1`, `Q1`, `invariant 1`.
 * @returns Each violation in words.
 */
export function checkRules(texts: Texts, rules: readonly string[]): string[] {
  const named = testedRules(texts);
  const reasons = rowsOf(texts.get(REASONS));
  return [
    ...checkCoverage({ named, reasons, rules: [...rules, WITHOUT_RULE] }),
    ...checkTable(rowsOf(texts.get(TABLE)), { named, reasons }),
    ...[...reasons].flatMap(([rule, why]) => checkReason(texts, rule, { why })),
  ];
}

/** The rules that conformance tests are named by, and the files that these stand in. */
function testedRules(texts: Texts): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const [path, text] of texts) {
    const name = path.slice(FOLDER.length);
    if (!path.startsWith(FOLDER) || name.includes("/") || !name.endsWith("_test.ts")) continue;
    for (const [, title = ""] of text.matchAll(TITLE)) {
      for (const rule of rulesOf(title)) found.set(rule, (found.get(rule) ?? new Set()).add(name));
    }
  }
  return found;
}

/** The rules that a test's name begins with or names. */
function rulesOf(title: string): string[] {
  return [...title.matchAll(RULE)].flatMap(([rule]) =>
    /^[RQ]/.test(rule) ? [rule] : [...rule.matchAll(/\d+/g)].map(([number]) => `invariant ${number}`)
  );
}

function rowsOf(page = ""): Map<string, string> {
  return new Map([...page.matchAll(ROW)].map(([, rule = "", rest = ""]) => [rule, rest]));
}

/** Every rule has a test or a reason, none has both, and none is made up. */
function checkCoverage(
  { named, reasons, rules }: {
    named: ReadonlyMap<string, Set<string>>;
    reasons: ReadonlyMap<string, string>;
    rules: readonly string[];
  },
): string[] {
  const madeUp = [...new Set([...named.keys(), ...reasons.keys()])].filter((rule) => !rules.includes(rule));
  return [
    ...madeUp.map((rule) => `${[...named.get(rule) ?? [REASONS]].join(", ")} names ${rule}, which is no rule`),
    ...rules.flatMap((rule) => {
      const [tested, excused] = [named.has(rule), reasons.has(rule)];
      if (tested !== excused) return [];
      return [
        tested
          ? `${rule} has a test and a reason why it has none: take it out of ${REASONS}`
          : `${rule} has no test: name one by it in ${FOLDER}, or say in ${REASONS} why it has none`,
      ];
    }),
  ];
}

/** The README's table names for each rule exactly the files that have a test of it. */
function checkTable(
  told: ReadonlyMap<string, string>,
  { named, reasons }: { named: ReadonlyMap<string, Set<string>>; reasons: ReadonlyMap<string, string> },
): string[] {
  const places = new Map([...named].map(([rule, files]) => [rule, [...files].sort().join(", ")]));
  for (const rule of reasons.keys()) places.set(rule, REASONS.slice(FOLDER.length));
  const order = [...places.keys()].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const wrong = order.filter((rule) => told.get(rule) !== places.get(rule)).map((rule) =>
    `${TABLE} should say: | ${rule} | ${places.get(rule)} |`
  );
  const extra = [...told.keys()].filter((rule) => !places.has(rule)).map((rule) =>
    `${TABLE} has a row of ${rule}, which has neither test nor reason`
  );
  if (wrong.length + extra.length > 0) return [...wrong, ...extra];
  return [...told.keys()].join() === order.join() ? [] : [`${TABLE} should have its rows in this order: ${order}`];
}

/** A reason is one of three kinds, and says where to look, in files that are there. */
function checkReason(texts: Texts, rule: string, { why }: { why: string }): string[] {
  const files = [...why.matchAll(/`(server\/[\w/]+\.ts)`/g)].map(([, file = ""]) => file);
  return [
    ...(/^(By construction|Waits for|Overruled by)\b/.test(why)
      ? []
      : [`${REASONS}: the reason of ${rule} must begin with By construction, Waits for or Overruled by`]),
    ...(files.length > 0 ? [] : [`${REASONS}: the reason of ${rule} must name a file of server/ to look at`]),
    ...files.filter((file) => !texts.has(file)).map((file) =>
      `${REASONS}: the reason of ${rule} names ${file}, which is not there`
    ),
  ];
}
