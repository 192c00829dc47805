import { execFile } from "node:child_process";
import { cp, glob, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SiteServer, serveSite } from "../../scripts/site/serve.ts";
import { corsConfiguration } from "../../src/lib/hosts/cors.ts";
import { browserPath, launch } from "../browser.ts";
import {
	hasRadosgw,
	type ObjectStore,
	startRadosgw,
} from "../support/radosgw.ts";
import { violationsOf } from "./accessibility.ts";
import { builtSite, PLAIN_HOST } from "./built-site.ts";
import { complaintsOf } from "./complaints.ts";
import { cellsOf, outcomeOf, runBy, runSql } from "./sql-page.ts";

const PREFIX = "some/lake/";
const PATIENCE = { timeout: 60_000 };

describe.skipIf(browserPath() === null || !hasRadosgw())(
	"a lake in a bucket on another origin",
	() => {
		let store: ObjectStore;
		let folder = "";
		let browser: Browser;
		let publicSite: SiteServer;
		let privateSite: SiteServer;
		const contexts: BrowserContext[] = [];

		beforeAll(async () => {
			const lake = join(builtSite(), "lake");
			store = await startRadosgw();
			folder = await mkdtemp(join(tmpdir(), "lakeside-s3-"));
			for (const bucket of ["open", "shut"]) {
				await store.makeBucket(bucket);
				for await (const path of glob("**/*.*", { cwd: lake }))
					await store.put(
						bucket,
						PREFIX + path.replaceAll("\\", "/"),
						await readFile(join(lake, path)),
					);
			}
			await store.allowReading("open");
			await store.makeBucket("files");
			const [posts] = await Array.fromAsync(
				glob("posts/*.parquet", { cwd: lake }),
			);
			await store.put(
				"files",
				"some folder/posts.parquet",
				await readFile(join(lake, String(posts))),
			);
			await store.put("files", "some folder/k.csv", "k,v\n1,one\n2,two\n");
			const [openFolder, shutFolder] = await buildSites();
			publicSite = await serveSite({ folder: openFolder, ...PLAIN_HOST });
			privateSite = await serveSite({ folder: shutFolder, port: 0 });
			await allow("open", publicSite);
			await allow("shut", privateSite);
			await allow("files", publicSite);
			await store.makeBucket("other");
			await allow("other", publicSite);
			browser = await launch();
		});
		afterAll(async () => {
			await browser?.close();
			await publicSite?.close();
			await privateSite?.close();
			await store?.stop();
			await rm(folder, { recursive: true, force: true });
		});

		/** Folders of a site whose lake lies in the open bucket, as `npm run build` makes it, and in the shut one. */
		async function buildSites(): Promise<[open: string, shut: string]> {
			const lake = (bucket: string) => store.bucketUrl(bucket) + PREFIX;
			const [open, shut] = [join(folder, "open"), join(folder, "shut")];
			const { stdout } = await promisify(execFile)(
				process.execPath,
				["scripts/build-site.ts", "--out", open],
				{
					env: {
						...process.env,
						PUBLIC_LAKE_URL: lake("open"),
						PUBLIC_FOREIGN_HOSTS: [
							store.endpoint,
							new URL(store.virtualHostUrl("*")).href.slice(0, -1),
						].join(" "),
					},
				},
			);
			// What it says stays short enough to be read.
			expect(stdout).toContain("/rides/index.html");
			expect(stdout.split("\n").length).toBeLessThan(100);
			// One build for both: only this address tells them apart.
			await cp(open, shut, { recursive: true });
			for await (const name of glob("**/*.{html,js,json}", { cwd: shut })) {
				const text = await readFile(join(shut, name), "utf8");
				await writeFile(
					join(shut, name),
					text.replaceAll(lake("open"), lake("shut")),
				);
			}
			return [open, shut];
		}

		/** Gives the bucket exactly what the documentation prints for the site. */
		async function allow(bucket: string, site: SiteServer): Promise<void> {
			const { origin } = new URL(site.url);
			await store.setCors(bucket, corsConfiguration(origin).CORSRules);
		}

		/** A page with nothing kept from others, and all that its console says. */
		async function open(url: string): Promise<{ page: Page; said: string[] }> {
			const context = await browser.newContext();
			contexts.push(context);
			const page = await context.newPage();
			const said: string[] = [];
			page.on("console", (message) => said.push(message.text()));
			page.on("pageerror", (error) => said.push(String(error)));
			await page.goto(url);
			return { page, said };
		}

		const cell = async (page: Page) => (await cellsOf(page))[0];

		/** Asks, and has the page say that the bucket wants keys. */
		async function askInVain(page: Page, sql: string): Promise<void> {
			await runSql(page, sql);
			expect(await page.locator(".failure").textContent()).toContain(
				"not everyone may read it; enter keys",
			);
		}

		async function enterKeys(page: Page, secret: string): Promise<void> {
			const form = page.locator("form.bucket-keys").last();
			await form.getByLabel("Access key").fill(store.accessKeyId);
			await form.getByLabel("Secret key").fill(secret);
			await form.getByRole("button", { name: "Use these keys" }).click();
		}

		test("a public bucket: pages draw, a query answers, nothing is complained of", async () => {
			const { page } = await open("about:blank");
			const complaints = complaintsOf(page, publicSite.url, [
				store.bucketUrl("open"),
			]);
			await page.goto(`${publicSite.url}posts/?from=2024-05-03&to=2024-05-09`);
			await page.locator("#posts-sentence", { hasText: "carried" }).waitFor();
			await page.goto(`${publicSite.url}sql/`);
			await runSql(
				page,
				"select count(*) as n from posts where tag_count >= 0",
			);
			expect(await outcomeOf(page)).toContain("1 row in");
			expect(await cell(page)).toBe("400");
			expect(complaints).toEqual([]);
			await page.context().close();
		});

		test("the configuration that the page prints is the one that the bucket has", async () => {
			const { page } = await open(`${publicSite.url}data/`);
			const printed = page.locator("#cors-text", { hasText: "localhost" });
			expect(JSON.parse((await printed.textContent()) ?? "")).toEqual(
				corsConfiguration(new URL(publicSite.url).origin),
			);
			await page.context().close();
		});

		test("without that configuration the page says what is missing", async () => {
			await store.setCors("open", []);
			const { page } = await open(`${publicSite.url}sql/`);
			const failure = page.getByRole("alert");
			await failure.waitFor();
			// An isolated page cannot find out whether the host is there.
			expect(await failure.textContent()).toMatch(
				/answers, but does not let this site read: |if http:\S+ is up, /,
			);
			expect(await failure.textContent()).toContain(
				`its CORS configuration has to allow ${new URL(publicSite.url).origin} (the page Data prints what it needs)`,
			);
			await allow("open", publicSite);
			await page.getByRole("button", { name: "Try again" }).click();
			await runSql(page, "select count(*) as n from rides");
			expect(await outcomeOf(page)).toContain("1 row in");
			await page.context().close();
		});

		test("a private lake asks for keys, names what is wrong with them, and answers to the right ones", async () => {
			const { page, said } = await open(`${privateSite.url}sql/`);
			const alert = page.getByRole("alert").first();
			await alert.getByText("not everyone may read it; enter keys").waitFor();
			expect(await violationsOf(page)).toEqual([]);
			expect(await page.getByLabel("Bucket's address").inputValue()).toBe(
				store.bucketUrl("shut") + PREFIX,
			);
			const wrong = "not-the-secret-of-anyone";
			await enterKeys(page, wrong);
			await alert
				.getByText(/secret key does not belong|check the secret key/)
				.waitFor();
			await enterKeys(page, store.secretAccessKey);
			await runSql(
				page,
				"select count(*) as n from posts where tag_count >= 0",
			);
			expect(await outcomeOf(page)).toContain("1 row in");
			expect(await cell(page)).toBe("400");
			// What is written when it is quiet, too.
			await page.waitForTimeout(3000);
			for (const secret of [wrong, store.secretAccessKey, store.accessKeyId]) {
				expect(page.url()).not.toContain(secret);
				expect(said.join("\n")).not.toContain(secret);
				expect(await placesOf(page, secret)).toEqual([]);
			}
			await page.reload();
			await alert.getByText("not everyone may read it; enter keys").waitFor();
			await page.context().close();
		});

		test.each([
			["path-style", () => store.bucketUrl("files")],
			["virtual-host", () => store.virtualHostUrl("files")],
		])(
			"a file in a private bucket, %s, asks for keys where it fails",
			async (_, bucketUrl) => {
				const { page, said } = await open(`${publicSite.url}sql/`);
				const folder = `${bucketUrl()}some%20folder/`;
				await askInVain(
					page,
					`select count(*) as n from read_parquet('${folder}posts.parquet') where tag_count >= 0`,
				);
				const address = page
					.locator(".failure-keys")
					.getByLabel("Bucket's address");
				expect(await address.inputValue()).toBe(folder);
				expect(await violationsOf(page)).toEqual([]);
				await address.fill(bucketUrl());
				await runBy(page, () => enterKeys(page, store.secretAccessKey));
				expect(await outcomeOf(page)).toContain("1 row in");
				expect(await cell(page)).toBe("400");
				// The same keys serve the whole bucket, and nothing else.
				await runSql(page, `select max(v) from '${folder}k.csv'`);
				expect(await cell(page)).toBe("two");
				await askInVain(page, `from '${store.bucketUrl("other")}k.csv'`);
				await page.waitForTimeout(3000);
				for (const secret of [store.secretAccessKey, store.accessKeyId]) {
					expect(page.url()).not.toContain(secret);
					expect(said.join("\n")).not.toContain(secret);
					expect(await placesOf(page, secret)).toEqual([]);
				}
				await page.context().close();
			},
		);

		test("a presigned address is read as it stands, is kept nowhere, and leaves the page only when told to", async () => {
			const { page, said } = await open(`${publicSite.url}sql/`);
			const address = await store.presigned(
				"files",
				"some folder/posts.parquet",
				600,
			);
			const signature =
				new URL(address).searchParams.get("X-Amz-Signature") ?? "";
			expect(signature).toHaveLength(64);
			await runSql(
				page,
				`select count(*) as n from read_parquet('${address}') where tag_count >= 0`,
			);
			expect(await outcomeOf(page)).toContain("1 row in");
			expect(await cell(page)).toBe("400");
			const copy = page.getByRole("button", { name: "Copy link" });
			await copy.click();
			await page.getByText("The text holds a signed address").waitFor();
			await page.waitForTimeout(3000);
			expect(page.url()).not.toContain(signature);
			expect(said).toEqual([]);
			expect(await placesOf(page, signature)).toEqual([]);
			await copy.click();
			await expect.poll(() => page.url()).toContain(signature);
			await page.context().close();
		});

		test("a presigned address that has expired says so, without its signature", async () => {
			const { page } = await open(`${publicSite.url}sql/`);
			const address = await store.presigned("files", "some folder/k.csv", 1);
			await page.waitForTimeout(2500);
			await runSql(page, `from '${address}'`);
			const failure = await page.locator(".failure").textContent();
			expect(failure).toContain("has expired or is for something else");
			expect(failure).not.toContain("X-Amz");
			expect(await page.locator(".failure-keys").count()).toBe(0);
			await page.context().close();
		});

		test("signing out empties the cache and forgets the keys", async () => {
			const { page } = await open(`${privateSite.url}sql/`);
			await enterKeys(page, store.secretAccessKey);
			await runSql(page, "select sum(distance_m) from rides");
			expect(await outcomeOf(page)).toContain("1 row in");
			await expect.poll(() => placesOf(page, "PAR1"), PATIENCE).not.toEqual([]);
			await page.getByText("Private buckets").click();
			await page.getByRole("button", { name: "Sign out" }).click();
			await page
				.getByText("not everyone may read it; enter keys")
				.first()
				.waitFor();
			expect(await placesOf(page, "PAR1")).toEqual([]);
			await page.context().close();
		});
	},
);

/** Where a text lies in what the browser keeps for the page's origin. */
async function placesOf(page: Page, text: string): Promise<string[]> {
	return page.evaluate(async (needle) => {
		const places: string[] = [];
		const look = (place: string, content: string) => {
			if (content.includes(needle)) places.push(place);
		};
		look("localStorage", JSON.stringify(localStorage));
		look("sessionStorage", JSON.stringify(sessionStorage));
		look("cookies", document.cookie);
		look("history", JSON.stringify(history.state) ?? "");
		for (const name of await caches.keys()) {
			const cache = await caches.open(name);
			for (const request of await cache.keys()) {
				const response = await cache.match(request);
				look(
					`cache ${name}`,
					[request.url, ...request.headers.entries()].join("\n") +
						[...(response?.headers.entries() ?? [])].join("\n"),
				);
			}
		}
		for (const { name = "" } of await indexedDB.databases()) {
			const database = await new Promise<IDBDatabase>((resolve, reject) => {
				const request = indexedDB.open(name);
				request.onsuccess = () => resolve(request.result);
				request.onerror = () => reject(request.error);
			});
			for (const store of database.objectStoreNames) {
				const objects = database.transaction(store).objectStore(store);
				for (const request of [objects.getAll(), objects.getAllKeys()])
					look(
						`${name}.${store}`,
						await new Promise((resolve) => {
							request.onsuccess = () => resolve(JSON.stringify(request.result));
						}),
					);
			}
			database.close();
		}
		const walk = async (folder: FileSystemDirectoryHandle, path: string) => {
			for await (const [name, handle] of folder.entries())
				if (handle.kind === "directory")
					await walk(handle as FileSystemDirectoryHandle, `${path}/${name}`);
				else {
					look(`${path}/${name}`, name);
					const file = await (handle as FileSystemFileHandle).getFile();
					look(
						`${path}/${name}`,
						new TextDecoder("latin1").decode(await file.arrayBuffer()),
					);
				}
		};
		await walk(await navigator.storage.getDirectory(), "");
		return places;
	}, text);
}
