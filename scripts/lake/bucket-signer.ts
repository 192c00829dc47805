import { LakeError } from "../../src/lake/errors.ts";
import type { HttpOptions } from "../../src/lake/http/source.ts";
import { KeyRing } from "../../src/lake/signing/key-ring.ts";
import { parseBucketAddress } from "../storage/bucket-address.ts";

/** Amazon's own hosts of buckets, with those of one bucket each. */
const AMAZON = /(?:^|\.)s3(?:[.-][a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?$/;

const NAMES =
	"AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (AWS_SESSION_TOKEN too, with temporary ones), or AWS_PROFILE";

/** Keys as the AWS tools have them. */
interface Keys {
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
	readonly sessionToken?: string | undefined;
}

/**
 * Signs what lies in a store with the keys and the region that the AWS tools would
 * use: of the environment, a profile, or the machine's role. A null `endpoint` is
 * Amazon's; no other host gets to see anything of the keys. Without keys, requests
 * go as they are, since anyone may read a public bucket.
 */
export function bucketSigner(
	endpoint: string | null,
): Required<Pick<HttpOptions, "sign" | "keyWords">> {
	const ring = new KeyRing();
	const signedIn = new Map<string, Keys>();
	let chain: ReturnType<typeof openChain> | null = null;
	return {
		async sign(request) {
			if (!isWithin(request.url, endpoint)) return request;
			chain ??= openChain();
			const { keysOf, region } = await chain;
			const keys = await keysOf();
			if (keys === null) return request;
			const { origin } = new URL(request.url);
			if (signedIn.get(origin) !== keys) {
				ring.signIn({
					bucketUrl: `${origin}/`,
					region: await region(),
					accessKeyId: keys.accessKeyId,
					secretAccessKey: keys.secretAccessKey,
					sessionToken: keys.sessionToken,
				});
				signedIn.set(origin, keys);
			}
			return ring.sign(request);
		},
		keyWords: {
			missing: (address) =>
				isWithin(address, endpoint)
					? `for a private bucket set keys: ${NAMES}`
					: `for a private bucket name its store, --endpoint ${new URL(address).origin}, and set keys: ${NAMES}`,
			keys: "the keys of the environment or the AWS profile",
			region: "the region of AWS_REGION or the AWS profile",
		},
	};
}

/** The address, ending in a slash, that an `s3://bucket/prefix` has on its store's host. */
export async function hostedAddress(
	address: string,
	endpoint: string | null,
): Promise<string> {
	const { bucket, prefix } = parseBucketAddress(address);
	const folders = [bucket, ...prefix.split("/").filter((name) => name !== "")];
	const root = endpoint ?? (await amazonEndpoint());
	return `${root.replace(/\/+$/, "")}/${folders.map(encodeURIComponent).join("/")}/`;
}

async function amazonEndpoint(): Promise<string> {
	const { region } = await openChain();
	return `https://s3.${await region()}.amazonaws.com`;
}

/** The SDK is loaded where there is a bucket: it takes longer than many a query. */
async function openChain() {
	const [{ S3Client }, { DEFAULT_REGION, regionOr }] = await Promise.all([
		import("@aws-sdk/client-s3"),
		import("../storage/s3-client.ts"),
	]);
	const { credentials } = new S3Client({ region: DEFAULT_REGION }).config;
	let isWithout = false;
	return {
		region: regionOr(DEFAULT_REGION),
		/** The same object until the keys are renewed; null where there are none. */
		async keysOf(): Promise<Keys | null> {
			if (isWithout) return null;
			try {
				return await credentials();
			} catch (error) {
				const { message } = error as Error;
				isWithout = message === "Could not load credentials from any providers";
				if (isWithout) return null;
				throw new LakeError("ForbiddenError", `no keys: ${message}`, {
					cause: error,
				});
			}
		},
	};
}

function isWithin(address: string, endpoint: string | null): boolean {
	const url = new URL(address);
	if (endpoint === null)
		return url.protocol === "https:" && AMAZON.test(url.hostname);
	const store = new URL(endpoint);
	return (
		url.protocol === store.protocol &&
		url.port === store.port &&
		(url.hostname === store.hostname ||
			url.hostname.endsWith(`.${store.hostname}`))
	);
}
