import type { EngineStatus } from "../../../../workers/engine-api.ts";
import {
	quotaBytes,
	suitableCacheBytes,
	suitableMemoryBytes,
} from "../../../lake/budgets.ts";
import { ByteStore } from "../../../lake/fetch/byte-store.ts";
import { clearEngineCache, engineReport } from "../engine/engine.ts";
import { changeSettings, settings } from "./settings.ts";

/** What the site keeps and uses on this device now. Sizes in bytes. */
export interface Device {
	readonly cacheBytes: number;
	readonly cacheBudgetBytes: number;
	/** `memory`: the browser lets the site keep nothing beyond the page. */
	readonly cacheKind: "opfs" | "memory";
	/** Whether the browser promises to keep it however short of space the device is. */
	readonly isPersisted: boolean;
	/** Zero while no engine is there. */
	readonly residentBytes: number;
	readonly residentBudgetBytes: number;
	/** Null while no engine is there. */
	readonly engine: EngineStatus | null;
}

/** What the device would be given if the visitor set nothing; and what it has room for. */
export interface Suitable {
	readonly cacheBytes: number;
	readonly memoryBytes: number;
	/** What the browser lets the site store. */
	readonly quotaBytes: number;
}

/** Null where the browser has no such storage. */
let store: Promise<ByteStore | null> | undefined;

/** As the engine says, or without one as the storage itself does. */
export async function readDevice(): Promise<Device> {
	const isPersisted = (await navigator.storage?.persisted?.()) ?? false;
	const report = await engineReport();
	if (report !== null)
		return { ...report.storage, isPersisted, engine: report.status };
	const { cacheBytes, memoryBytes } = settings.peek();
	const kept = await (await openStore())?.entries();
	let total = 0;
	for (const { bytes } of kept?.values() ?? []) total += bytes;
	return {
		cacheBytes: total,
		cacheBudgetBytes: cacheBytes ?? (await suitableCacheBytes()),
		cacheKind: kept === undefined ? "memory" : "opfs",
		isPersisted,
		residentBytes: 0,
		residentBudgetBytes: memoryBytes ?? suitableMemoryBytes(),
		engine: null,
	};
}

export async function readSuitable(): Promise<Suitable> {
	return {
		cacheBytes: await suitableCacheBytes(),
		memoryBytes: suitableMemoryBytes(),
		quotaBytes: await quotaBytes(),
	};
}

/** Null is what suits the device. What is over the budget goes at once, engine or not. */
export async function setCacheBudget(bytes: number | null): Promise<void> {
	changeSettings({ cacheBytes: bytes });
	const opened = await openStore();
	await opened?.evict(bytes ?? (await suitableCacheBytes()));
}

/** Whether the browser promises it; some ask the visitor, some decide by themselves. */
export async function askToPersist(): Promise<boolean> {
	return (await navigator.storage?.persist?.()) ?? false;
}

export async function clearCache(): Promise<void> {
	if (await clearEngineCache()) return;
	await (await openStore())?.clear();
}

/**
 * Forgets all keys and what was read with them: empties this browser's cache of the
 * lake, then reloads the page, which ends the engine with all that it has loaded.
 */
export async function signOut(): Promise<void> {
	try {
		await clearCache();
	} finally {
		location.reload();
	}
}

function openStore(): Promise<ByteStore | null> {
	store ??= ByteStore.open().catch(() => null);
	return store;
}
