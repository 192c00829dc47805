import { memoryCache } from "../../src/lake/byte-cache.ts";
import { httpSource } from "../../src/lake/fetch.ts";
import { LakeSession } from "../../src/lake/session.ts";
import { fileSource } from "./file-source.ts";
import { openNodeDatabase } from "./node-database.ts";
import { nodeDecoder } from "./node-decoder.ts";
import { nodeFiles } from "./node-files.ts";

/** What resident tables may take under Node, and what bytes are kept: memory as in a page. */
const BUDGET_BYTES = 2e9;
const CACHE_BYTES = 500e6;

/** What addresses are relative to where the lake has none; they never are. */
const ANY_HOST = "http://localhost/";

/** A session under Node over a lake in a folder or at an address. */
export function openLake(
	lake: string,
	options: { readonly budgetBytes?: number } = {},
): Promise<LakeSession> {
	const isAddress = /^https?:/i.test(lake);
	const host = httpSource(
		isAddress ? (lake.endsWith("/") ? lake : `${lake}/`) : ANY_HOST,
	);
	return LakeSession.open({
		source: isAddress ? host : fileSource(lake),
		files: nodeFiles(host),
		openDatabase: openNodeDatabase,
		decoder: nodeDecoder(),
		cache: memoryCache(CACHE_BYTES),
		budgetBytes: options.budgetBytes ?? BUDGET_BYTES,
	});
}
