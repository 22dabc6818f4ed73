/**
 * The side of a helper process: one JSON question a line on standard input, one JSON answer a line on standard output.
 *
 * A helper is a process of its own so that its work is not done by the process that is measured; it is kept from question to question
 * so that it is warm.
 *
 * @module
 */

/** Answers questions, one after the other, until standard input ends. */
export async function answerLines(answer: (question: unknown) => Promise<unknown>): Promise<void> {
  let rest = "";
  for await (const chunk of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) console.log(JSON.stringify(await answer(JSON.parse(line))));
  }
}
