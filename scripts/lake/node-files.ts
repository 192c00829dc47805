import { openAsBlob } from "node:fs";
import { stat } from "node:fs/promises";
import type { FileAccess } from "../../src/lake/files/file-store.ts";
import type { FileHost } from "../../src/lake/types.ts";
import { nodeEncode } from "./node-decoder.ts";

/** Files on the command line: at any address, and below the working directory or at an absolute path. */
export function nodeFiles(host: FileHost): FileAccess {
	return {
		host,
		refusal: () => null,
		async local(path) {
			const found = await stat(path).catch(() => null);
			return found?.isFile() ? openAsBlob(path) : null;
		},
		encode: nodeEncode,
	};
}
