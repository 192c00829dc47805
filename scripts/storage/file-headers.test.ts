import { expect, test } from "vitest";
import { fileHeaders } from "./file-headers.ts";

test.each([
	["catalog.json", "application/json"],
	["rides/part-0-0123456789abcdef.parquet", "application/vnd.apache.parquet"],
	["manifests/rides-0123456789abcdef.bin", "application/octet-stream"],
	["_a/engine.worker-DZ5w_c1-.mjs", "text/javascript; charset=utf-8"],
	["_a/index.Bx3yT1aa.js", "text/javascript; charset=utf-8"],
	["_a/parquet.BLAxZ123.wasm", "application/wasm"],
	["_a/duckdb-eh.wasm.BLAxZ123.gz", "application/gzip"],
	["rides/index.html", "text/html; charset=utf-8"],
	["manifest.webmanifest", "application/manifest+json"],
	["LOGO.PNG", "image/png"],
	["jobs/ab/abcdef", "application/octet-stream"],
])("%s is %s", (path, type) => {
	expect(fileHeaders(path).contentType).toBe(type);
});

test.each([
	"rides/part-0-0123456789abcdef.parquet",
	"site/lake/ride_cells/level=16/part-12-0123456789abcdef.parquet",
	"manifests/rides-0123456789abcdef.bin",
	"_a/index.Bx3yT1aa.js",
	"docs/_a/duckdb-eh.wasm.BLAxZ123.gz",
])("%s holds a hash and is kept for ever", (path) => {
	expect(fileHeaders(path).cacheControl).toBe(
		"public, max-age=31536000, immutable",
	);
});

test.each([
	"catalog.json",
	"catalog.previous.json",
	"catalog-12.json",
	"index.html",
	"rides/index.html",
	"service-worker.js",
	"icon.svg",
	"exports/report-20240101.parquet",
])("%s is asked for again", (path) => {
	expect(fileHeaders(path).cacheControl).toBe("no-cache");
});
