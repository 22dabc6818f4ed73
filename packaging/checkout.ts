/** The checkout that is packed: the one that this module is of. */
export const CHECKOUT = new URL("../", import.meta.url);
