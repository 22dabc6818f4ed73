/**
 * A page of a real browser, headless.
 *
 * @module
 */
import chromium from "@sparticuz/chromium";
import { chromium as playwright } from "playwright-core";

/** A page. The end of its block closes the browser. */
export interface Page extends AsyncDisposable {
  /** Answers this address with what is given, whatever is there: a page of any origin. */
  serve(url: string, answer: { type: string; body: string }): Promise<void>;
  /** Goes to an address. */
  open(url: string): Promise<void>;
  /** Runs a function in the page. It crosses as text: it sees its argument and the page, nothing else. */
  run<Argument, Result>(run: (argument: Argument) => Result | Promise<Result>, argument: Argument): Promise<Result>;
}

/** Opens an empty page. */
export async function openPage(): Promise<Page> {
  const browser = await playwright.launch({
    executablePath: await chromium.executablePath(),
    args: [...chromium.args, "--no-sandbox", "--disable-background-networking"],
  });
  const page = await browser.newPage();
  return {
    async serve(url, { type, body }) {
      await page.route(url, (route) => route.fulfill({ contentType: type, body }));
    },
    async open(url) {
      await page.goto(url);
    },
    // The browser's own types are not those of this program.
    run: (run, argument) => page.evaluate(run as never, argument as never),
    async [Symbol.asyncDispose]() {
      await browser.close();
    },
  };
}
