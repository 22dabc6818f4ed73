/** Gives the whole lines of texts as they come. */
export class TextLineStream extends TransformStream<string, string> {
  /** Makes an empty one. */
  constructor() {
    let rest = "";
    super({
      transform(text, controller) {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) controller.enqueue(line);
      },
    });
  }
}
