/// <reference types="node" />
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
	type Catalog,
	type CatalogRollup,
	parseCatalog,
	type RollupName,
} from "../../lib/catalog/catalog.ts";
import { foreignHosts } from "../../lib/hosts/foreign-hosts.ts";
import {
	type PublisherBasemap,
	publisherBasemap,
} from "../../lib/hosts/publisher-basemap.ts";
import { decodeRollup, type RollupRow } from "./rollup.ts";
import { catalogVersion } from "./version.ts";

export interface LakeAtBuild {
	readonly catalog: Catalog;
	readonly version: string;
}

let lake: Promise<LakeAtBuild | null> | undefined;
const rollups = new Map<RollupName, Promise<RollupRow[] | null>>();

/** Address of a lake that lies elsewhere (`PUBLIC_LAKE_URL`), ending in a slash; null where it is the site's own. */
export function publicLakeUrl(): string | null {
	const address = process.env.PUBLIC_LAKE_URL ?? "";
	if (address === "") return null;
	if (!URL.canParse(address))
		throw new Error(
			`PUBLIC_LAKE_URL is no absolute address: ${address} (for example https://example.org/lake/)`,
		);
	return address.endsWith("/") ? address : `${address}/`;
}

/** Hosts besides the site's and the lake's from which SQL may read files (`PUBLIC_FOREIGN_HOSTS`). */
export function publicForeignHosts(): readonly string[] {
	return foreignHosts(process.env.PUBLIC_FOREIGN_HOSTS);
}

/** The basemap that the publisher chose (`PUBLIC_BASEMAP`), null where it is our own. */
export function publicBasemap(): PublisherBasemap | null {
	return publisherBasemap(process.env);
}

/** All hosts besides the site's and the lake's that a page may reach. */
export function reachableHosts(): readonly string[] {
	return [...publicForeignHosts(), ...(publicBasemap()?.hosts ?? [])];
}

/** Folder of the lake that the site is built with: `LAKESIDE_LAKE`, else `public/lake`. */
export function lakeFolder(): string {
	return process.env.LAKESIDE_LAKE ?? join("public", "lake");
}

/** The catalog of the lake at hand, under Node while pages are built. Null where there is no lake. */
export function openCatalog(): Promise<LakeAtBuild | null> {
	lake ??= readCatalog();
	return lake;
}

/** Rows of a roll-up of the lake at hand, null where the lake lacks it. */
export function readRollup(name: RollupName): Promise<RollupRow[] | null> {
	let rows = rollups.get(name);
	if (rows === undefined) {
		rows = readRollupOnce(name);
		rollups.set(name, rows);
	}
	return rows;
}

async function readCatalog(): Promise<LakeAtBuild | null> {
	const bytes = await readFromLake("catalog.json");
	if (bytes === null) return null;
	const text = new TextDecoder().decode(bytes);
	return { catalog: parseCatalog(text), version: await catalogVersion(text) };
}

async function readRollupOnce(name: RollupName): Promise<RollupRow[] | null> {
	const catalog = (await openCatalog())?.catalog;
	const rollup = catalog?.rollups.find((candidate) => candidate.name === name);
	if (rollup === undefined) return null;
	return decodeRollup(await readPublished(rollup));
}

async function readPublished(rollup: CatalogRollup): Promise<Uint8Array> {
	const bytes = await readFromLake(rollup.path);
	if (bytes === null)
		throw new Error(
			`the catalog names a file that the lake lacks: ${rollup.path} (build the lake again)`,
		);
	return bytes;
}

async function readFromLake(path: string): Promise<Uint8Array | null> {
	const elsewhere = publicLakeUrl();
	if (elsewhere !== null) {
		const response = await fetch(new URL(path, elsewhere));
		if (response.status === 404) return null;
		if (response.status === 401 || response.status === 403) {
			console.warn(
				`the lake refuses ${response.url} (${response.status}): if it is private, its visitors enter keys, and pages are built without its data; else check its policy`,
			);
			return null;
		}
		if (!response.ok)
			throw new Error(
				`the lake answered ${response.status} for ${response.url}`,
			);
		return new Uint8Array(await response.arrayBuffer());
	}
	try {
		return await readFile(join(lakeFolder(), decodeURIComponent(path)));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
		throw error;
	}
}
