/**
 * What makes a page cross-origin isolated, so that DuckDB may have threads.
 * `require-corp` rather than `credentialless`, which Safari does not know: it asks
 * more of files from other origins that are fetched without CORS, and there are
 * none, as the Content-Security-Policy allows only our own. A lake, its tiles or a
 * bucket elsewhere are fetched with CORS, which both let pass.
 */
export const ISOLATION_HEADERS = {
	"Cross-Origin-Opener-Policy": "same-origin",
	"Cross-Origin-Embedder-Policy": "require-corp",
} as const;
