import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { SourceFile } from "../../scripts/datasets/dataset.ts";

const FOLDER = fileURLToPath(new URL("../../../shared/data", import.meta.url));

/** Why a test on real data cannot run, null where they are there. */
export const missingSharedData = existsSync(FOLDER)
	? null
	: "skipped: ../shared/data is not here";

/** The real files of a dataset's folder, as a runner would find them. */
export async function sharedFiles(folder: string): Promise<SourceFile[]> {
	const entries = await readdir(`${FOLDER}/${folder}`, {
		recursive: true,
		withFileTypes: true,
	});
	const paths = entries
		.filter((entry) => entry.isFile())
		.map((entry) =>
			`${entry.parentPath}/${entry.name}`.slice(FOLDER.length + 1),
		)
		.sort();
	return Promise.all(
		paths.map(async (path, index) => {
			const absolutePath = `${FOLDER}/${path}`;
			return {
				path,
				absolutePath,
				bytes: (await stat(absolutePath)).size,
				index,
			};
		}),
	);
}
