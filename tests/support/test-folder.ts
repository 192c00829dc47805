import { afterAll, beforeAll } from "vitest";
import { temporaryFolder } from "./building.ts";

/** A folder for the tests of a file or a `describe`, which is there from the first to the last. */
export function testFolder(): { readonly path: string } {
	let made: Awaited<ReturnType<typeof temporaryFolder>> | null = null;
	beforeAll(async () => {
		made = await temporaryFolder();
	});
	afterAll(() => made?.remove());
	return {
		get path() {
			if (made === null) throw new Error("the folder is made before all tests");
			return made.folder;
		},
	};
}
