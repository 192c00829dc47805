/** Hands a file to the visitor, as if a link to it had been followed. */
export function download(file: Blob, name: string): void {
	const link = document.createElement("a");
	link.href = URL.createObjectURL(file);
	link.download = name;
	link.click();
	// Firefox reads the address after the click has returned.
	setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
