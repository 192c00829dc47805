import { plainName } from "../bytes.ts";

/** Whether a path, of a file in a folder or a zip, is one that readings may lie in, also packed (`.gz`). */
export function mayHoldReadings(path: string): boolean {
	return /\.(?:csv|tsv|psv|txt|dat|xml)$/.test(plainName(path));
}
