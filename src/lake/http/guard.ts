import type { FileGuard } from "../types.ts";
import { changedFault, foreignFault } from "./faults.ts";

/** What a host says of a file with an answer of it. */
export function guardOf(
	response: Response,
	name: string,
	bytes: number,
): FileGuard {
	return {
		name,
		bytes,
		etag: response.headers.get("ETag"),
		lastModified: response.headers.get("Last-Modified"),
	};
}

/** Throws where an answer is of another state of the file; what a host does not show cannot be compared. */
export function requireSame(response: Response, guard: FileGuard): void {
	const { status, headers } = response;
	if (status === 416) throw changedFault();
	if (status !== 200 && status !== 206) throw foreignFault(response);
	const now = guardOf(response, guard.name, guard.bytes);
	const differs = (one: string | null, other: string | null) =>
		one !== null && other !== null && one !== other;
	const length = status === 200 ? headers.get("Content-Length") : null;
	const bytes = totalBytes(response) ?? length;
	if (
		differs(now.etag, guard.etag) ||
		differs(now.lastModified, guard.lastModified) ||
		(bytes !== null &&
			Number(bytes) !== guard.bytes &&
			!headers.has("Content-Encoding"))
	)
		throw changedFault();
}

/** Of the file that an answer is a range of; null where the host does not show it. */
export function totalBytes({ headers }: Response): number | null {
	const total = /\/(\d+)$/.exec(headers.get("Content-Range") ?? "")?.[1];
	return total === undefined ? null : Number(total);
}
