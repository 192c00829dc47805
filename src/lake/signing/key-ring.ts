import { AwsV4Signer } from "aws4fetch";
import type { BucketKeys } from "../../../workers/engine-api.ts";
import { isSignedAddress } from "../../lib/hosts/signed-address.ts";

interface Signer {
	readonly keys: BucketKeys;
	/** aws4fetch derives a key a day and keeps it here. */
	readonly derived: Map<string, ArrayBuffer>;
}

/**
 * The keys that someone entered, by the bucket they are for. They live here only, in
 * the memory of a page or a worker, and go with it.
 */
export class KeyRing {
	readonly #signers = new Map<string, Signer>();

	/** Replaces the keys of that bucket. */
	signIn(keys: BucketKeys): void {
		const bucketUrl = bucketAddress(keys.bucketUrl);
		this.#signers.set(bucketUrl, {
			keys: { ...keys, bucketUrl },
			derived: new Map(),
		});
	}

	/** Addresses of the buckets that there are keys for. */
	get buckets(): readonly string[] {
		return [...this.#signers.keys()];
	}

	/**
	 * The request, signed by AWS Signature Version 4 where there are keys for its
	 * bucket, else as it is. The signature holds for some minutes and covers method,
	 * address and headers but `Range`: sign each attempt anew. It is of no use where
	 * a host leads elsewhere, nor is that place to see it or the session token: the
	 * request then fails. An address that carries a signature of its own is left alone.
	 */
	readonly sign = async (request: Request): Promise<Request> => {
		const signer = this.#signerOf(request.url);
		if (signer === undefined) return request;
		const { accessKeyId, secretAccessKey, sessionToken, region } = signer.keys;
		const { headers } = await new AwsV4Signer({
			method: request.method,
			url: request.url,
			headers: request.headers,
			accessKeyId,
			secretAccessKey,
			sessionToken,
			region,
			service: "s3",
			cache: signer.derived,
		}).sign();
		return new Request(request, { headers, redirect: "error" });
	};

	/** Of several buckets that hold the address, the innermost. */
	#signerOf(url: string): Signer | undefined {
		if (isSignedAddress(url)) return undefined;
		const [bucketUrl] = this.buckets
			.filter((each) => isWithin(url, each))
			.sort((a, b) => b.length - a.length);
		return bucketUrl === undefined ? undefined : this.#signers.get(bucketUrl);
	}
}

/**
 * What keys are entered for as a strict address: `https://host/bucket/`,
 * `https://bucket.host/`, or a folder of either. Throws a sentence for the visitor.
 */
export function bucketAddress(text: string): string {
	const trimmed = text.trim();
	if (!URL.canParse(trimmed))
		throw new Error(
			"the bucket's address must be whole, for example https://s3.example.org/bucket/",
		);
	const url = new URL(trimmed);
	if (url.protocol !== "https:" && url.protocol !== "http:")
		throw new Error("the bucket's address must begin with https://");
	if (url.username !== "" || url.password !== "")
		throw new Error("the bucket's address must not hold a name or a password");
	const path = url.pathname.endsWith("/") ? url.pathname : `${url.pathname}/`;
	return `${url.origin}${path}`;
}

/** The bucket that a file's address most likely lies in: all but the file's name. */
export function folderOf(address: string): string {
	const { origin, pathname } = new URL(address);
	return `${origin}${pathname.slice(0, pathname.lastIndexOf("/") + 1)}`;
}

function isWithin(address: string, folder: string): boolean {
	const { origin, pathname } = new URL(address);
	return `${origin}${pathname}`.startsWith(folder);
}
