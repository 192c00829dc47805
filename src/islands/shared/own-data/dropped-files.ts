import { useLayoutEffect } from "preact/hooks";
import type { GivenFile } from "../../../lake/own-data/containers.ts";
import type { ReadProblem } from "../../../lake/own-data/read-rides.ts";

/** What the visitor has let go of over the page. */
export interface DroppedFiles {
	readonly files: readonly GivenFile[];
	/** Files and folders that the browser could not open. */
	readonly problems: readonly ReadProblem[];
}

/** Files that a chooser gave, with the folders below the one that was chosen. */
export function chosenFiles(files: FileList | null): GivenFile[] {
	return [...(files ?? [])].map((file) => ({
		path: file.webkitRelativePath || file.name,
		blob: file,
	}));
}

/**
 * Files and folders that were dropped, with all that the folders hold. For the event
 * itself: what was dropped is not to be had once it is over.
 */
export async function droppedFiles(data: DataTransfer): Promise<DroppedFiles> {
	const files: GivenFile[] = [];
	const problems: ReadProblem[] = [];
	await Promise.all(
		[...data.items]
			.filter(({ kind }) => kind === "file")
			.map(async (item) => {
				const entry = item.webkitGetAsEntry();
				// What comes from no disk has no entry.
				const file = entry === null ? item.getAsFile() : null;
				if (entry !== null) await gather(entry, files, problems);
				if (file !== null) files.push({ path: file.name, blob: file });
			}),
	);
	return { files, problems };
}

/**
 * Takes files that are dropped anywhere on the page while the component is there,
 * before an editor below would take them for text. `onOver` hears when some are over it, and when they are not any more.
 */
export function useFileDrop(
	onOver: (isOver: boolean) => void,
	onDrop: (dropped: DroppedFiles) => void,
): void {
	// A drop that comes before the listeners would leave the page for the file.
	useLayoutEffect(() => {
		let depth = 0;
		const listener = new AbortController();
		const listen = (
			type: "dragenter" | "dragover" | "dragleave" | "drop",
			take: (data: DataTransfer) => void,
		) =>
			window.addEventListener(
				type,
				(event) => {
					const data = event.dataTransfer;
					if (!data?.types.includes("Files")) return;
					event.preventDefault();
					if (type === "drop") event.stopPropagation();
					take(data);
				},
				{ capture: true, signal: listener.signal },
			);
		listen("dragenter", () => onOver(++depth > 0));
		listen("dragleave", () => onOver(--depth > 0));
		listen("dragover", () => {});
		listen("drop", (data) => {
			depth = 0;
			onOver(false);
			void droppedFiles(data).then(onDrop);
		});
		return () => listener.abort();
	}, []);
}

/** Adds all files of an entry; what cannot be opened is a problem, and the rest is there. */
async function gather(
	entry: FileSystemEntry,
	files: GivenFile[],
	problems: ReadProblem[],
): Promise<void> {
	const path = entry.fullPath.replace(/^\//, "");
	try {
		if (entry.isFile) {
			const blob = await new Promise<File>((resolve, reject) =>
				(entry as FileSystemFileEntry).file(resolve, reject),
			);
			files.push({ path, blob });
			return;
		}
		const reader = (entry as FileSystemDirectoryEntry).createReader();
		for (;;) {
			// A hundred at a time, until there are no more.
			const entries = await new Promise<FileSystemEntry[]>((resolve, reject) =>
				reader.readEntries(resolve, reject),
			);
			if (entries.length === 0) return;
			for (const below of entries) await gather(below, files, problems);
		}
	} catch {
		problems.push({
			path,
			line: null,
			reason:
				"the browser cannot open it: copy it elsewhere, and drop the copy",
		});
	}
}
