import { ANY_SITE, corsText } from "../../src/lib/hosts/cors.ts";
import type { S3Store } from "./s3-store.ts";
import { StoreError } from "./store.ts";

/**
 * What a publisher has to do once so that a site on another origin can read the lake
 * in a bucket, as lines to print. `site` is any address of the site, null where it is
 * not known yet.
 */
export function corsAdvice(store: S3Store, site: string | null): string[] {
	const origin = site === null ? ANY_SITE : originOf(site);
	const endpoint =
		store.endpoint === null ? "" : ` --endpoint-url ${store.endpoint}`;
	return [
		`Pages of ${origin} may read this lake once its bucket has this CORS configuration:`,
		"",
		corsText(origin),
		"",
		"Save it as cors.json, then:",
		"",
		`  aws s3api put-bucket-cors --bucket ${store.bucket} --cors-configuration file://cors.json${endpoint}`,
		"",
		"The site is told where the lake is when it is built:",
		"",
		`  PUBLIC_LAKE_URL=${publicUrl(store)} npm run build`,
	];
}

/** Address below which the files of a store answer by HTTP, ending in a slash. */
export function publicUrl(store: S3Store): string {
	const path = store.address.slice(`s3://${store.bucket}`.length);
	const root =
		store.endpoint === null
			? `https://${store.bucket}.s3.amazonaws.com`
			: `${store.endpoint.replace(/\/+$/, "")}/${store.bucket}`;
	return `${root}${path}/`;
}

function originOf(site: string): string {
	if (!URL.canParse(site) || !/^https?:$/.test(new URL(site).protocol))
		throw new StoreError(
			`no address of a site: ${site}; write https://site.example`,
		);
	return new URL(site).origin;
}
