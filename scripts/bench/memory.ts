import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { browserPath } from "../../tests/browser.ts";
import { buildPage } from "./build-page.ts";
import { type Figure, untargeted } from "./figure.ts";
import { startLink } from "./link.ts";
import type { MemoryPage } from "./pages/memory.ts";
import { buildMeters } from "./reader/lakes.ts";
import { freePort, TabMemoryReader } from "./tab-memory.ts";

declare const page: MemoryPage;

const BUDGET_BYTES = 200e6;
const MOST = 1.2;
const WINDOWS = 300;
/** Readings of 300 windows are several times the budget. */
const METERS = 600;
const METERS_IN_WINDOW = 10;
/** A reading collects garbage everywhere, which takes longer than a window. */
const WINDOWS_BETWEEN_READINGS = 5;

/** 300 different windows, one after the other in one tab, within a small memory budget. */
export async function bench(): Promise<Figure[]> {
	const folder = await mkdtemp(join(tmpdir(), "lakeside-memory-"));
	try {
		await buildMeters(join(folder, "meters"), METERS);
		await buildPage(
			new URL("pages/memory.html", import.meta.url),
			join(folder, "page"),
		);
		const link = await startLink({
			folders: {
				"/meters/": join(folder, "meters"),
				"/": join(folder, "page"),
			},
			slow: [],
			latencyMilliseconds: 0,
			bytesPerSecond: Number.MAX_SAFE_INTEGER,
		});
		try {
			return await measure(link.url);
		} finally {
			await link.close();
		}
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

async function measure(url: string): Promise<Figure[]> {
	const executablePath = browserPath();
	if (executablePath === null) throw new Error("no Chromium");
	const port = await freePort();
	const browser = await chromium.launch({
		executablePath,
		args: ["--no-sandbox", "--disable-gpu", `--remote-debugging-port=${port}`],
	});
	try {
		const tab = await browser.newPage();
		await tab.goto(`${url}memory.html`);
		await tab.waitForFunction(() => "page" in window);
		const reader = await TabMemoryReader.attach(port);
		await tab.evaluate(([lake, bytes]) => page.open(lake, bytes), [
			`${url}meters/`,
			BUDGET_BYTES,
		] as const);
		const opened = await reader.read();
		let peak = opened;
		for (let window = 0; window < WINDOWS; window += 1) {
			const first = (window * 7) % (METERS - METERS_IN_WINDOW);
			await tab.evaluate(
				(sql) => page.ask(sql),
				`SELECT meter, count(*), avg(kwh), max(voltage), min(ts) FROM meters WHERE meter BETWEEN ${first} AND ${first + METERS_IN_WINDOW - 1} GROUP BY 1`,
			);
			if (window % WINDOWS_BETWEEN_READINGS !== 0) continue;
			const now = await reader.read();
			if (now.js + now.wasm > peak.js + peak.wasm) peak = now;
		}
		reader.close();
		const share = (peak.js + peak.wasm) / BUDGET_BYTES;
		return [
			{
				id: "reader.memory.windows",
				what: `${WINDOWS} different windows in one tab with a memory budget of ${BUDGET_BYTES / 1e6} MB: most memory, WebAssembly and JavaScript, of the budget`,
				value: share,
				unit: "times",
				target: MOST,
				met: share <= MOST,
			},
			untargeted(
				"reader.memory.wasm",
				"WebAssembly memories of page and workers at that moment",
				peak.wasm,
				"B",
			),
			untargeted(
				"reader.memory.js",
				"JavaScript heaps and buffers of page and workers at that moment",
				peak.js,
				"B",
			),
			untargeted(
				"reader.memory.opened",
				"WebAssembly and JavaScript when the engine has just opened",
				opened.js + opened.wasm,
				"B",
			),
		];
	} finally {
		await browser.close();
	}
}
