import { extname } from "node:path";

/** What a host should say of a file, whose bytes it stores as they are. */
export interface FileHeaders {
	readonly contentType: string;
	readonly cacheControl: string;
}

const TYPES: Readonly<Record<string, string>> = {
	".avif": "image/avif",
	".bin": "application/octet-stream",
	".css": "text/css; charset=utf-8",
	".csv": "text/csv; charset=utf-8",
	// The site's engine travels packed, and its pages unpack it: not a `Content-Encoding`.
	".gz": "application/gzip",
	".html": "text/html; charset=utf-8",
	".ico": "image/x-icon",
	".jpg": "image/jpeg",
	".js": "text/javascript; charset=utf-8",
	".json": "application/json",
	".jsonl": "application/x-ndjson",
	".map": "application/json",
	".mjs": "text/javascript; charset=utf-8",
	".ndjson": "application/x-ndjson",
	".parquet": "application/vnd.apache.parquet",
	".pmtiles": "application/vnd.pmtiles",
	".png": "image/png",
	".svg": "image/svg+xml",
	".txt": "text/plain; charset=utf-8",
	".wasm": "application/wasm",
	".webmanifest": "application/manifest+json",
	".webp": "image/webp",
	".woff": "font/woff",
	".woff2": "font/woff2",
	".xml": "application/xml",
};

/** Names of the lake's files, which a build ends in a hash of their content. */
export const LAKE_FILE = /-[0-9a-f]{16}\.(?:parquet|bin)$/;

/** Names that Vite ends in a hash of the content. */
const SITE_ASSET = /(?:^|\/)_a\/.+[-.][\w-]{8}\.\w+$/;

/**
 * The headers of a file by its path: its type by its ending; a name that holds a
 * hash of the content may be kept for ever, all others are asked for again.
 */
export function fileHeaders(path: string): FileHeaders {
	return {
		contentType:
			TYPES[extname(path).toLowerCase()] ?? "application/octet-stream",
		cacheControl: isImmutable(path)
			? "public, max-age=31536000, immutable"
			: "no-cache",
	};
}

/** Whether a path holds a hash of the file's content. */
export function isImmutable(path: string): boolean {
	return LAKE_FILE.test(path) || SITE_ASSET.test(path);
}
