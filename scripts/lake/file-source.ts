import { open, readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { LakeError, throwIfCancelled } from "../../src/lake/errors.ts";
import type { RangeSource } from "../../src/lake/types.ts";

/** A lake in a folder of this machine. */
export function fileSource(folder: string): RangeSource {
	const base = pathToFileURL(folder.endsWith("/") ? folder : `${folder}/`);
	return {
		url: base.href,
		async read(path, startByte, endByte, signal, onBytes) {
			throwIfCancelled(signal);
			const bytes = new Uint8Array(endByte - startByte);
			const file = await open(new URL(path, base)).catch((cause) => {
				throw fault(path, cause);
			});
			try {
				const { bytesRead } = await file.read(bytes, {
					position: startByte,
				});
				onBytes?.(bytesRead);
				if (bytesRead < bytes.length)
					throw new LakeError(
						"FetchError",
						`${path}: the file is shorter than the catalog says`,
					);
			} finally {
				await file.close();
			}
			return bytes;
		},
		async catalogText(signal) {
			throwIfCancelled(signal);
			return readFile(new URL("catalog.json", base), "utf8").catch((cause) => {
				if (cause.code === "ENOENT")
					throw new LakeError(
						"GoneError",
						`there is no lake in ${folder}: npm run data builds one`,
						{ cause },
					);
				throw fault("catalog.json", cause);
			});
		},
	};
}

function fault(path: string, cause: Error): LakeError {
	return new LakeError("FetchError", `${path}: ${cause.message}`, { cause });
}
