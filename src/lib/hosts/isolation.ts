/**
 * What makes a page cross-origin isolated, so that DuckDB may have threads.
 * `require-corp` rather than `credentialless`, which Safari does not know: it asks
 * more of files from other origins that are fetched without CORS, and of those no
 * answer is read. A lake, a bucket or a file elsewhere is fetched with CORS, which
 * both let pass.
 */
export const ISOLATION_HEADERS = {
	"Cross-Origin-Opener-Policy": "same-origin",
	"Cross-Origin-Embedder-Policy": "require-corp",
} as const;
