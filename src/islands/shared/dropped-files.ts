import { useEffect } from "preact/hooks";
import type { GivenFile } from "../../lake/own-rides/containers.ts";

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
export async function droppedFiles(data: DataTransfer): Promise<GivenFile[]> {
	const items = [...data.items].filter(({ kind }) => kind === "file");
	const found = await Promise.all(
		items.map((item) => {
			const entry = item.webkitGetAsEntry();
			if (entry !== null) return filesBelow(entry);
			// What comes from no disk has no entry.
			const file = item.getAsFile();
			return file === null ? [] : [{ path: file.name, blob: file }];
		}),
	);
	return found.flat();
}

/**
 * Takes files that are dropped anywhere on the page while the component is there.
 * `onOver` hears when some are over it, and when they are not any more.
 */
export function useFileDrop(
	onOver: (isOver: boolean) => void,
	onDrop: (files: readonly GivenFile[]) => void,
): void {
	useEffect(() => {
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
					take(data);
				},
				listener,
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

async function filesBelow(entry: FileSystemEntry): Promise<GivenFile[]> {
	if (entry.isFile) {
		const file = await new Promise<File>((resolve, reject) =>
			(entry as FileSystemFileEntry).file(resolve, reject),
		);
		return [{ path: entry.fullPath.replace(/^\//, ""), blob: file }];
	}
	const reader = (entry as FileSystemDirectoryEntry).createReader();
	const files: GivenFile[] = [];
	for (;;) {
		// A hundred at a time, until there are no more.
		const entries = await new Promise<FileSystemEntry[]>((resolve, reject) =>
			reader.readEntries(resolve, reject),
		);
		if (entries.length === 0) return files;
		for (const below of entries) files.push(...(await filesBelow(below)));
	}
}
