/**
 * Starts a worker that inherits the policies of whoever starts it, for content and
 * for isolation: one from an address has only those that its own response carries,
 * and a static host sends none. One from a blob inherits, so a blob loads the
 * scripts, in their order. They are absolute and of our own origin; a classic worker
 * runs the text `before` first.
 */
export function startBlobWorker(
	scripts: readonly [string, ...string[]],
	type: "module" | "classic",
	name: string,
	before = "",
): Worker {
	const blob = blobScript(scripts, type, before);
	const worker = new Worker(blob, { type, name });
	// The worker reads its script after this task; by then nothing else needs the address.
	setTimeout(() => URL.revokeObjectURL(blob), 60_000);
	return worker;
}

/** The address of such a blob, for who starts workers from it; to be revoked. */
export function blobScript(
	scripts: readonly [string, ...string[]],
	type: "module" | "classic",
	before = "",
): string {
	const names = scripts.map((url) => JSON.stringify(url));
	const source =
		type === "module"
			? names.map((name) => `import ${name};`).join("\n")
			: `${before}importScripts(${names.join(", ")});`;
	return URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
}
