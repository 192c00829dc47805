import { memoryCache } from "../../src/lake/fetch/byte-cache.ts";
import { HttpSource } from "../../src/lake/http/source.ts";
import { LakeSession } from "../../src/lake/session.ts";
import {
	endpointOfEnvironment,
	isBucketAddress,
} from "../storage/bucket-address.ts";
import { bucketSigner, hostedAddress } from "./bucket-signer.ts";
import { fileSource } from "./file-source.ts";
import { openNodeDatabase } from "./node-database.ts";
import { nodeDecoder } from "./node-decoder.ts";
import { nodeFiles } from "./node-files.ts";

/** What resident tables may take under Node, and what bytes are kept: memory as in a page. */
const BUDGET_BYTES = 2e9;
const CACHE_BYTES = 500e6;

/** What addresses are relative to where the lake has none; they never are. */
const ANY_HOST = "http://localhost/";

export interface OpenLakeOptions {
	/** Of the store whose buckets are read with keys; else as the AWS tools find it, else Amazon's. */
	readonly endpoint?: string | undefined;
	readonly budgetBytes?: number;
}

/**
 * A session under Node over a lake in a folder, at an address or in a bucket
 * (`s3://bucket/prefix`). Private buckets are read with the keys that the AWS tools
 * would use ({@link bucketSigner}).
 */
export async function openLake(
	lake: string,
	options: OpenLakeOptions = {},
): Promise<LakeSession> {
	const endpoint = options.endpoint ?? endpointOfEnvironment();
	const address = isBucketAddress(lake)
		? await hostedAddress(lake, endpoint)
		: /^https?:/i.test(lake)
			? lake.replace(/\/?$/, "/")
			: null;
	const host = new HttpSource(address ?? ANY_HOST, bucketSigner(endpoint));
	return LakeSession.open({
		source: address === null ? fileSource(lake) : host,
		files: nodeFiles(host),
		openDatabase: openNodeDatabase,
		decoder: nodeDecoder(),
		cache: memoryCache(CACHE_BYTES),
		budgetBytes: options.budgetBytes ?? BUDGET_BYTES,
	});
}
