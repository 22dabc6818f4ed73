import { deepEqual, throws } from "node:assert/strict";
import { parseOptions, WrongUse } from "./options.ts";

Deno.test("the benchmark does one thing at a time: all figures, against a revision, the gate, or a look of its own", () => {
  deepEqual(parseOptions([]), { mode: "figures", json: false });
  deepEqual(parseOptions(["--json"]), { mode: "figures", json: true });
  deepEqual(parseOptions(["--against", "HEAD~3"]), { mode: "against", revision: "HEAD~3", turns: 5, json: false });
  deepEqual(parseOptions(["--against=main", "--turns", "9", "--json"]), {
    mode: "against",
    revision: "main",
    turns: 9,
    json: true,
  });
  for (const mode of ["gate", "keep", "profile", "threads", "beside"]) deepEqual(parseOptions([`--${mode}`]), { mode });
});

Deno.test("what cannot be meant is refused with what is wrong, before anything is measured", () => {
  const refused: [args: string[], says: RegExp][] = [
    [["--gate", "--keep"], /--gate and --keep .* one at a time/],
    [["--against", "main", "--profile"], /--against and --profile/],
    [["--against"], /--against/],
    [["--turns", "3"], /--turns .* REV is missing/],
    [["--against", "main", "--turns", "0"], /whole number from 1 to 100, not "0"/],
    [["--against", "main", "--turns", "2.5"], /not "2.5"/],
    [["--gate", "--json"], /--gate prints words/],
    [["--agianst", "main"], /--agianst/],
    [["main"], /main/],
  ];
  for (const [args, says] of refused) {
    throws(() => parseOptions(args), (error) => error instanceof WrongUse && says.test(error.message), args.join(" "));
  }
});
