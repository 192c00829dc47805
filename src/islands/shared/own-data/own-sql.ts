import { type Signal, signal } from "@preact/signals";

/** Whether the visitor's own data that the page shows are kept on the device, all of them. */
export const isOwnKept: Signal<boolean> = signal(false);

/** SQL over the visitor's own data that was asked for before they are kept; null where none was. */
export const sqlToKeepFor: Signal<string | null> = signal(null);
