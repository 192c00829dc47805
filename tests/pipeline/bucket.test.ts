import { createHash } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
	build,
	temporaryFolder,
	writeAll,
} from "../../scripts/steps/building.ts";
import { openStore } from "../../scripts/storage/open-store.ts";
import { ConflictError } from "../../scripts/storage/store.ts";
import {
	type FaultyGateway,
	faultyGateway,
} from "../support/faulty-gateway.ts";
import {
	hasRadosgw,
	type ObjectStore,
	startRadosgw,
} from "../support/radosgw.ts";
import {
	seededPosts,
	seededReadings,
	seededRide,
} from "../support/seeded-input.ts";
import { wholeLake } from "../support/whole-lake.ts";

const INPUT: Readonly<Record<string, string>> = {
	"rides/broken.gpx": "<gpx>",
	"rides/one.gpx": seededRide(1),
	"posts/a.jsonl": seededPosts(0, 30),
	"weather/lake.csv": seededReadings("the lake, north", 0, 60),
};

describe.skipIf(!hasRadosgw())("a lake in a bucket", () => {
	let folder: string;
	let remove: () => Promise<void>;
	let server: ObjectStore;
	let gateway: FaultyGateway;

	beforeAll(async () => {
		({ folder, remove } = await temporaryFolder());
		server = await startRadosgw();
		gateway = await faultyGateway(server);
		process.env.AWS_ACCESS_KEY_ID = server.accessKeyId;
		process.env.AWS_SECRET_ACCESS_KEY = server.secretAccessKey;
		await server.makeBucket("lakes");
		await server.allowReading("lakes");
		await writeAll(join(folder, "input"), INPUT);
	});
	afterAll(async () => {
		await gateway?.close();
		await server?.stop();
		await remove();
	});

	/** Options of a publisher with a work folder of its own. */
	const publisher = (
		name: string,
		input = "input",
		out = "s3://lakes/maps",
	) => ({
		input: join(folder, input),
		out,
		work: join(folder, `${name}-work`),
		endpoint: gateway.endpoint,
		processes: 1,
	});
	const lakeIn = async (address: string) => {
		const store = await openStore(address, { endpoint: server.endpoint });
		try {
			return await wholeLake(store);
		} finally {
			store.close();
		}
	};

	test("holds the files of one in a folder, each as hosts should send it", async () => {
		const report = await build(publisher("first"));
		expect(report.exitCode).toBe(1);
		await build({
			input: join(folder, "input"),
			out: join(folder, "lake"),
			processes: 1,
		});
		const { hashes } = await lakeIn("s3://lakes/maps");
		expect(hashes).toEqual((await lakeIn(join(folder, "lake"))).hashes);

		const store = await openStore("s3://lakes", { endpoint: server.endpoint });
		const keys = (await Array.fromAsync(store.list(""))).map(({ key }) => key);
		store.close();
		expect(keys.sort()).toEqual(
			Object.keys(hashes)
				.map((key) => `maps/${key}`)
				.sort(),
		);
		for (const [key, hash] of Object.entries(hashes)) {
			const path = key.split("/").map(encodeURIComponent).join("/");
			const answer = await fetch(`${server.bucketUrl("lakes")}maps/${path}`);
			expect(answer.status).toBe(200);
			const bytes = Buffer.from(await answer.arrayBuffer());
			expect(createHash("sha256").update(bytes).digest("hex")).toBe(hash);
			const ending = /\.\w+$/.exec(key)?.[0] ?? "";
			expect([
				answer.headers.get("Content-Type"),
				answer.headers.get("Cache-Control"),
				answer.headers.get("Content-Encoding"),
			]).toEqual([
				{
					".json": "application/json",
					".bin": "application/octet-stream",
					".parquet": "application/vnd.apache.parquet",
				}[ending],
				ending === ".json" ? "no-cache" : "public, max-age=31536000, immutable",
				null,
			]);
		}
		expect(await build(publisher("first"))).toMatchObject({
			unchanged: true,
			version: report.version,
		});
	});

	test("that somebody else publishes to meanwhile stays theirs, and this build says so", async () => {
		for (const name of ["ours", "theirs"])
			await writeAll(join(folder, name), {
				...INPUT,
				[`rides/${name}.gpx`]: seededRide(name.length),
			});
		let theirs: string | null = null;
		gateway.before(/^PUT .*manifests/, async () => {
			({ version: theirs } = await build(publisher("theirs", "theirs")));
		});
		await expect(build(publisher("ours", "ours"))).rejects.toThrow(
			ConflictError,
		);
		const { catalog } = await lakeIn("s3://lakes/maps");
		expect(catalog.tables[0]).toMatchObject({ name: "rides", rows: 2 });
		expect(await build(publisher("theirs", "theirs"))).toMatchObject({
			unchanged: true,
			version: theirs,
		});

		const ours = await build(publisher("ours", "ours"));
		const fresh = join(folder, "ours-fresh");
		await build({ input: join(folder, "ours"), out: fresh, processes: 1 });
		expect(ours.version).not.toBe(theirs);
		expect((await lakeIn("s3://lakes/maps")).hashes).toEqual(
			(await lakeIn(fresh)).hashes,
		);
	});

	test("of two publishers at once, what is in force is whole and of one that was not refused", async () => {
		const outcomes = await Promise.allSettled(
			["ours", "theirs"].map((name) =>
				build(publisher(`${name}-at-once`, name, "s3://lakes/at-once")),
			),
		);
		const versions = outcomes.flatMap((outcome) =>
			outcome.status === "fulfilled" ? [outcome.value.version] : [],
		);
		for (const outcome of outcomes)
			if (outcome.status === "rejected")
				expect(outcome.reason).toBeInstanceOf(ConflictError);
		expect(versions.length).toBeGreaterThan(0);
		const lake = await lakeIn("s3://lakes/at-once");
		const fresh = await Promise.all(
			["ours", "theirs"].map(async (name) => {
				const out = join(folder, `${name}-alone`);
				await build({ input: join(folder, name), out, processes: 1 });
				return (await lakeIn(out)).hashes;
			}),
		);
		expect(fresh).toContainEqual(lake.hashes);
	});

	test("that refuses a job's files leaves what was there, and the error says where", async () => {
		const before = await lakeIn("s3://lakes/maps");
		await writeAll(join(folder, "refused"), {
			...INPUT,
			"weather/hill.csv": seededReadings("hill", 0, 20),
		});
		gateway.spoil("denied", /^PUT .*station/, Number.POSITIVE_INFINITY);
		await expect(build(publisher("refused", "refused"))).rejects.toThrow(
			/^write readings.* s3:\/\/lakes\/maps\/readings.*access is denied/,
		);
		gateway.spoil("denied", /^/, 0);
		expect(await lakeIn("s3://lakes/maps")).toEqual(before);
	});

	test("is not written with wrong keys or without a bucket, and the error says what to do", async () => {
		await expect(
			build(publisher("missing", "input", "s3://missing/lake")),
		).rejects.toThrow(/s3:\/\/missing .*there is no bucket missing/);
		process.env.AWS_SECRET_ACCESS_KEY = "wrong";
		try {
			await expect(build(publisher("wrong"))).rejects.toThrow(
				/s3:\/\/lakes .*AWS_SECRET_ACCESS_KEY/,
			);
		} finally {
			process.env.AWS_SECRET_ACCESS_KEY = server.secretAccessKey;
		}
	});
});
