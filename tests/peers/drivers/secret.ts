/** The password of every account, unless a test has a phone guess. */
export const SECRET = "correct-horse";
