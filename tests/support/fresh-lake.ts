import { join } from "node:path";
import { FolderStore } from "../../scripts/storage/folder-store.ts";
import { build, temporaryFolder } from "./building.ts";
import { type WholeLake, wholeLake } from "./whole-lake.ts";

/** What one process makes of an input where there is nothing of any build before; none of it stays. */
export async function freshLake(
	input: string,
): Promise<WholeLake & { readonly report: Awaited<ReturnType<typeof build>> }> {
	const { folder, remove } = await temporaryFolder();
	try {
		const out = join(folder, "lake");
		const report = await build({ input, out, processes: 1 });
		return { ...(await wholeLake(new FolderStore(out))), report };
	} finally {
		await remove();
	}
}
