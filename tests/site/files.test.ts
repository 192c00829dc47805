import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { Browser, Page } from "@playwright/test";
import {
	afterAll,
	afterEach,
	beforeAll,
	beforeEach,
	describe,
	expect,
	test,
} from "vitest";
import { type SiteServer, serveSite } from "../../scripts/site/serve.ts";
import { browserPath, launch } from "../browser.ts";
import { violationsOf } from "./accessibility.ts";
import { builtSite, PLAIN_HOST } from "./built-site.ts";
import { complaintsOf } from "./complaints.ts";
import { cellsOf, failureOf, priceOf, runSql, writeSql } from "./sql-page.ts";

const GPX = `<gpx><trk><name>Hill</name><trkseg>
	<trkpt lat="47.5" lon="7.6"><ele>300</ele><time>2024-01-01T10:00:00Z</time></trkpt>
	<trkpt lat="47.6" lon="7.7"><ele>400</ele></trkpt></trkseg></trk></gpx>`;

describe.skipIf(browserPath() === null)("files on the SQL page", () => {
	let folder = "";
	let site = "";
	let server: SiteServer;
	let browser: Browser;
	/** One for each test, with nothing kept from others. */
	let page: Page;
	let complaints: string[];
	let requests: string[];

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), "lakeside-dropped-"));
		site = builtSite();
		server = await serveSite({ folder: site, ...PLAIN_HOST });
		browser = await launch();
	});
	afterAll(async () => {
		await browser?.close();
		await server?.close();
		await rm(folder, { recursive: true, force: true });
	});
	beforeEach(async () => {
		const context = await browser.newContext({
			viewport: { width: 1280, height: 900 },
		});
		page = await context.newPage();
		requests = [];
		page.on("request", (request) => requests.push(request.url()));
		complaints = complaintsOf(page, server.url);
		await page.goto(`${server.url}sql/`);
		await page.getByText("Your files").waitFor();
	});
	afterEach(async () => {
		expect(await violationsOf(page)).toStrictEqual([]);
		expect(complaints).toStrictEqual([]);
		await page.context().close();
	});

	/** As a hand does: over the page, and let go. */
	async function drop(name: string, text: string): Promise<void> {
		const transfer = await page.evaluateHandle(
			([fileName, content]) => {
				const data = new DataTransfer();
				data.items.add(new File([content as string], fileName as string));
				return data;
			},
			[name, text],
		);
		await page.dispatchEvent(".sql", "dragenter", { dataTransfer: transfer });
		await page.locator(".sources-over").waitFor();
		await page.dispatchEvent(".sql", "drop", { dataTransfer: transfer });
		await page.locator(".sources-over").waitFor({ state: "detached" });
	}

	const listed = () => page.locator(".sources-list .schema-table");

	test("CSV, Parquet and GPX are dropped or chosen, and joined with the lake", async () => {
		const parquet = join(folder, "kinds.parquet");
		const connection = await (await DuckDBInstance.create()).connect();
		await connection.run(
			`COPY (SELECT range AS k, 'kind ' || range AS kind FROM range(3)) TO '${parquet}'`,
		);
		await drop("notes.csv", "k,note\n0,zero\n1,one\n9,nine\n");
		await listed().getByText("notes.csv").waitFor();
		await drop("hill.gpx", GPX);
		await listed().getByText("hill.gpx").waitFor();
		await page.getByLabel("Add files").setInputFiles(parquet);
		await listed().getByText("kinds.parquet").waitFor();

		requests.length = 0;
		await runSql(
			page,
			`SELECT n.note, p.kind, (SELECT max(ele) FROM "hill.gpx") AS top, count(r.ride_id) > 0 AS rides
			FROM 'notes.csv' n JOIN read_parquet('kinds.parquet') p USING (k), rides r
			GROUP BY ALL ORDER BY n.note`,
		);
		expect(await cellsOf(page)).toStrictEqual([
			"one",
			"kind 1",
			"400.0",
			"true",
			"zero",
			"kind 0",
			"400.0",
			"true",
		]);
		expect(requests.every((url) => url.startsWith(server.url))).toBe(true);
		await page.getByRole("button", { name: "Plan" }).click();
		expect(await page.locator(".plan-scans").textContent()).toContain(
			"A file of this machine.",
		);
	});

	test("what cannot be read says why, and what is removed is gone", async () => {
		await drop("broken.json", '{"a": 1}\n{"a": oops}\n');
		await page
			.locator(".sources-refused")
			.getByText(/broken\.json, line 2: not valid JSON/)
			.waitFor();
		await drop("notes.csv", "k,note\n0,zero\n");
		await listed().getByText("notes.csv").click();
		await page.getByRole("button", { name: "Remove notes.csv" }).press("Enter");
		await listed().getByText("notes.csv").waitFor({ state: "detached" });
		await runSql(page, "FROM 'notes.csv'");
		expect(await failureOf(page)).toContain("drop it on the page");
	});

	test("on a low screen, adding files and what became of them stay in sight, however many there are", async () => {
		await page.setViewportSize({ width: 1280, height: 700 });
		for (let file = 0; file < 9; file++) {
			await drop(`notes-${file}.csv`, "k,note\n0,zero\n");
			await listed().getByText(`notes-${file}.csv`).waitFor();
		}
		await page.locator(".sources").evaluate((box) => {
			box.scrollTop = box.scrollHeight;
		});
		await drop("broken.json", "{oops");
		const refused = page.locator(".sources-refused").getByText("broken.json");
		await refused.waitFor();
		const box = await page.locator(".sources").boundingBox();
		const bottom = (box?.y ?? 0) + (box?.height ?? 0);
		expect(bottom).toBeLessThanOrEqual(700);
		for (const part of [refused, page.locator(".sources-add")]) {
			const { y = -1, height = 0 } = (await part.boundingBox()) ?? {};
			expect(y).toBeGreaterThanOrEqual(box?.y ?? 0);
			expect(y + height).toBeLessThanOrEqual(bottom);
		}
	});

	test("an address is read when the visitor runs it, and not before", async () => {
		const name = (await readdir(join(site, "lake/rides"))).find((each) =>
			each.endsWith(".parquet"),
		);
		const address = `${server.url}lake/rides/${name}`;
		const sql = `SELECT count(*) = (SELECT count(*) FROM rides), min(name) IS NULL FROM '${address}'`;
		requests.length = 0;
		await writeSql(page, sql);
		expect(await priceOf(page)).toContain("Run reads it");
		expect(requests).not.toContain(address);
		await runSql(page, sql);
		expect((await cellsOf(page))[0]).toBe("true");
		expect(requests).toContain(address);
		await page.getByRole("button", { name: "Plan" }).click();
		expect(await page.locator(".plan-scans").textContent()).toContain(
			"Unverified",
		);
		const elsewhere = "FROM 'https://other.example/a.parquet'";
		await writeSql(page, elsewhere);
		expect(await priceOf(page)).toMatch(
			/^It will not run: .*PUBLIC_FOREIGN_HOSTS.*Nothing was read$/,
		);
		await runSql(page, elsewhere);
		expect(await failureOf(page)).toContain("PUBLIC_FOREIGN_HOSTS");
	});
});
