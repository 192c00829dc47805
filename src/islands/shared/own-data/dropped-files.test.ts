import { expect, test } from "vitest";
import { droppedFiles } from "./dropped-files.ts";

type Tree = { readonly [name: string]: Tree | File | DOMException };

/** As browsers have dropped folders: told in pieces, and by callbacks. */
function entryOf(path: string, node: Tree | File | DOMException) {
	const isFile = node instanceof File;
	const below = Object.entries(isFile || node instanceof Error ? {} : node);
	return {
		isFile,
		fullPath: path,
		file: (resolve: (file: unknown) => void) => resolve(node),
		createReader: () => ({
			readEntries(
				resolve: (entries: unknown) => void,
				reject: (error: unknown) => void,
			) {
				if (node instanceof Error) reject(node);
				else
					resolve(
						below
							.splice(0, 100)
							.map(([name, child]) => entryOf(`${path}/${name}`, child)),
					);
			},
		}),
	};
}

function dropOf(tree: Tree): DataTransfer {
	const items = Object.entries(tree).map(([name, node]) => ({
		kind: "file",
		webkitGetAsEntry: () => entryOf(`/${name}`, node),
	}));
	// Only what is read of a drop.
	return { items } as unknown as DataTransfer;
}

test("all that lies below a folder is there, and what cannot be opened is told", async () => {
	const file = new File([], "any.gpx");
	const many = Object.fromEntries(
		Array.from({ length: 250 }, (_, at) => [`${at}.gpx`, file]),
	);
	const { files, problems } = await droppedFiles(
		dropOf({
			"1.gpx": file,
			locked: new DOMException("no", "NotReadableError"),
			export: {
				activities: many,
				secret: new DOMException("no", "NotReadableError"),
				"z.gpx": file,
			},
		}),
	);
	expect(files.map(({ path }) => path).sort()).toStrictEqual(
		[
			"1.gpx",
			...Object.keys(many).map((name) => `export/activities/${name}`),
			"export/z.gpx",
		].sort(),
	);
	expect(problems.map(({ path }) => path).sort()).toStrictEqual([
		"export/secret",
		"locked",
	]);
});
