import { basename, dirname } from "node:path";

/** Why an input has nothing to read, and what to do. `folders` are those of all datasets. */
export function noKnownFile(input: string, folders: readonly string[]): string {
	const [last] = folders.slice(-1);
	const names = `${folders
		.slice(0, -1)
		.map((folder) => `${folder}/`)
		.join(", ")} and ${last}/`;
	return folders.includes(basename(input))
		? `no file of a known kind: name the folder that holds ${basename(input)}/, --input ${dirname(input)}`
		: `no file of a known kind: files are read from its folders ${names}`;
}
