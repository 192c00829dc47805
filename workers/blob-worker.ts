/**
 * Starts a worker that inherits the Content-Security-Policy of whoever starts it:
 * one from an address has only the policy that its own response carries, and a
 * static host sends none. One from a blob inherits, so a blob loads the script.
 * `url` is absolute and of our own origin; a classic worker runs `before` first.
 */
export function startBlobWorker(
	url: string,
	type: "module" | "classic",
	name: string,
	before = "",
): Worker {
	const script = JSON.stringify(url);
	const source =
		type === "module"
			? `import ${script};`
			: `${before}importScripts(${script});`;
	const blob = URL.createObjectURL(
		new Blob([source], { type: "text/javascript" }),
	);
	const worker = new Worker(blob, { type, name });
	// The worker reads its script after this task; by then nothing else needs the address.
	setTimeout(() => URL.revokeObjectURL(blob), 60_000);
	return worker;
}
