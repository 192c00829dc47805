/** Whether the catalog could not be had because the host has none: there is no lake yet. */
export function isMissingLake(error: unknown): boolean {
	return error instanceof Error && / answered (404|410)$/.test(error.message);
}
