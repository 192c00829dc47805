import { type Signal, signal } from "@preact/signals";
import { decodeRollup, type RollupRow } from "../../../lake/catalog/rollup.ts";
import { catalogVersion } from "../../../lake/catalog/version.ts";
import { whyUnreachable } from "../../../lake/http/unreachable.ts";
import { mayBeRefusal, refusalOf } from "../../../lake/signing/refusal.ts";
import { openHasher } from "../../../lib/bytes/hash.ts";
import {
	type Catalog,
	parseCatalog,
	type RollupName,
} from "../../../lib/catalog/catalog.ts";
import { sign } from "./keys.ts";

export interface OpenLake {
	readonly catalog: Catalog;
	/** The catalog as it came. */
	readonly text: string;
	readonly version: string;
	/** When the catalog was published, as its host says; null where it does not. */
	readonly publishedAt: Date | null;
}

const CATALOG = "catalog.json";

/** Whether a file of the catalog that the page stands on was no longer on the host. */
export const filesGone: Signal<boolean> = signal(false);

let opened: Promise<OpenLake> | undefined;
const rollups = new Map<RollupName, Promise<RollupRow[]>>();

/** Absolute address of the site's root, ending in a slash. */
export function siteRoot(): string {
	const { root = "../" } = document.documentElement.dataset;
	return new URL(root, location.href).href;
}

/** Absolute address of the lake, ending in a slash. */
export function lakeUrl(): string {
	const { lake = "lake/" } = document.documentElement.dataset;
	return new URL(lake, siteRoot()).href;
}

/**
 * The live catalog, fetched once a page. Rejects with an error named `FetchError`
 * where it cannot be had, `ForbiddenError` where the host refuses it; the next call
 * then tries again.
 */
export function openCatalog(): Promise<OpenLake> {
	opened ??= newestCatalog().catch((error: unknown) => {
		opened = undefined;
		throw error;
	});
	return opened;
}

/** Stands the page on another publication: what is read from now on is of that one. */
export function standOn(lake: OpenLake): void {
	opened = Promise.resolve(lake);
	rollups.clear();
}

/**
 * Rows of a roll-up of the live catalog, fetched once a page and checked against
 * the catalog. BIGINT is a number, TIMESTAMP and DATE a `Date`. Rejects with
 * `FetchError` where it cannot be had, with `GoneError` where its host has it no
 * more, with `MissingError` where the lake lacks it.
 */
export function readRollup(name: RollupName): Promise<RollupRow[]> {
	let rows = rollups.get(name);
	if (rows === undefined) {
		rows = fetchRollup(name).catch((error: unknown) => {
			rollups.delete(name);
			throw error;
		});
		rollups.set(name, rows);
	}
	return rows;
}

/** The catalog as its host has it now; little travels where it is the one before. Rejects as {@link openCatalog}. */
export async function newestCatalog(): Promise<OpenLake> {
	const response = await fetchFile(CATALOG, "no-cache");
	const text = await response.text();
	const modified = Date.parse(response.headers.get("Last-Modified") ?? "");
	return {
		catalog: parseCatalog(text),
		text,
		version: await catalogVersion(text),
		publishedAt: Number.isNaN(modified) ? null : new Date(modified),
	};
}

async function fetchRollup(name: RollupName): Promise<RollupRow[]> {
	const { catalog } = await openCatalog();
	const rollup = catalog.rollups.find((candidate) => candidate.name === name);
	if (rollup === undefined)
		throw named("MissingError", `the lake has no roll-up ${name}`);
	const response = await fetchFile(rollup.path, "default");
	const bytes = new Uint8Array(await response.arrayBuffer());
	const hash = await openHasher();
	if (hash(bytes) !== rollup.checksum)
		throw named(
			"FetchError",
			`${rollup.path} is not what the catalog says: the lake's host or a proxy changed it`,
		);
	return decodeRollup(bytes);
}

async function fetchFile(path: string, cache: RequestCache): Promise<Response> {
	const url = new URL(path, lakeUrl()).href;
	const request = await sign(new Request(url, { cache }));
	let response: Response;
	try {
		response = await fetch(request);
	} catch (cause) {
		const { message, isRefused } = await whyUnreachable(request, cause);
		if (isRefused) throw named("ForbiddenError", `${url}: ${message}`, cause);
		throw named("FetchError", `could not reach ${url}: ${message}`, cause);
	}
	const refusal = mayBeRefusal(response.status)
		? await refusalOf(request, response)
		: null;
	if (refusal !== null) throw named("ForbiddenError", `${url}: ${refusal}`);
	if (response.ok) return response;
	const isGone = path !== CATALOG && [404, 410].includes(response.status);
	if (isGone) filesGone.value = true;
	throw named(
		isGone ? "GoneError" : "FetchError",
		`${url} answered ${response.status}`,
	);
}

function named(name: string, message: string, cause?: unknown): Error {
	const error = new Error(message, { cause });
	error.name = name;
	return error;
}
