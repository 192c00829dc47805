/**
 * The Content-Security-Policy of every page: nothing but our own files, the lake
 * where it lies elsewhere, and the hosts from which SQL may read files. Workers that start from a blob inherit it.
 */
export function contentSecurityPolicy(options: {
	/** Absolute address of a lake on another origin, or null. */
	readonly lakeUrl: string | null;
	/** As `foreignHosts` reads them. */
	readonly foreignHosts?: readonly string[];
	/** Hashes of constant `<style>` elements, as `sha256-…`. */
	readonly styleHashes?: readonly string[];
}): string {
	const lakeOrigin =
		options.lakeUrl === null ? "" : ` ${new URL(options.lakeUrl).origin}`;
	const others = (options.foreignHosts ?? [])
		.map((host) => ` ${host}`)
		.join("");
	const styles = (options.styleHashes ?? [])
		.map((hash) => ` '${hash}'`)
		.join("");
	return [
		"default-src 'none'",
		"script-src 'self' 'wasm-unsafe-eval'",
		`style-src 'self'${styles}`,
		"img-src 'self' data: blob:",
		"font-src 'self'",
		`connect-src 'self' blob:${lakeOrigin}${others}`,
		"worker-src 'self' blob:",
		"manifest-src 'self'",
		"base-uri 'none'",
		"form-action 'none'",
		"object-src 'none'",
	].join("; ");
}
