import { execFile } from "node:child_process";
import { glob, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
	hasRadosgw,
	type ObjectStore,
	startRadosgw,
} from "../support/radosgw.ts";
import { writeTestLake } from "../support/test-lake.ts";

type Environment = Readonly<Record<string, string>>;

const SUM = "SELECT sum(i)::INTEGER AS s FROM numbers";
const ROWS = [{ s: 124_750 }];

/** `npm run sql` with nothing of AWS in its environment but what is said here. */
function sql(environment: Environment, ...args: string[]) {
	const inherited = Object.entries(process.env).filter(
		([name]) => !name.startsWith("AWS_"),
	);
	const env = {
		...Object.fromEntries(inherited),
		AWS_EC2_METADATA_DISABLED: "true",
		AWS_CONFIG_FILE: "/dev/null",
		AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
		...environment,
	};
	return new Promise<{ stdout: string; stderr: string }>((resolve) =>
		execFile(
			process.execPath,
			["scripts/sql.ts", "--json", ...args],
			{ env },
			(_, stdout, stderr) => resolve({ stdout, stderr }),
		),
	);
}

describe.skipIf(!hasRadosgw())("lakes in buckets on the command line", () => {
	let store: ObjectStore;
	let folder = "";
	let keys: Environment;

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), "lakeside-sql-bucket-"));
		await writeTestLake(folder, [
			{ name: "numbers", select: "SELECT i FROM range(500) r(i)" },
		]);
		store = await startRadosgw();
		keys = environmentOf(store);
		for (const bucket of ["open", "shut"]) {
			await store.makeBucket(bucket);
			for await (const path of glob("**/*.*", { cwd: folder }))
				await store.put(
					bucket,
					`a lake/${path.replaceAll("\\", "/")}`,
					await readFile(join(folder, path)),
				);
		}
		await store.put("shut", "k.csv", "k,v\n1,one\n2,two\n");
		await store.allowReading("open");
	});
	afterAll(async () => {
		await store?.stop();
		await rm(folder, { recursive: true, force: true });
	});

	const environmentOf = (user: {
		readonly accessKeyId: string;
		readonly secretAccessKey: string;
	}): Environment => ({
		AWS_ACCESS_KEY_ID: user.accessKeyId,
		AWS_SECRET_ACCESS_KEY: user.secretAccessKey,
	});

	test("a private lake answers to keys and endpoint, a public one without keys", async () => {
		const { endpoint } = store;
		const byOption = ["--endpoint", endpoint];
		const address = `${store.bucketUrl("shut")}a%20lake`;
		for (const [environment, ...args] of [
			[keys, "--lake", "s3://shut/a lake", ...byOption],
			[{ ...keys, AWS_ENDPOINT_URL: endpoint }, "--lake", address],
			[{ AWS_ENDPOINT_URL_S3: endpoint }, "--lake", "s3://open/a lake"],
		] as const) {
			const { stdout, stderr } = await sql(environment, ...args, SUM);
			expect(stderr).toBe("");
			expect(JSON.parse(stdout).rows).toEqual(ROWS);
		}
	});

	test("the same keys read files of that store beside a lake in a folder", async () => {
		const { stdout, stderr } = await sql(
			{ ...keys, AWS_ENDPOINT_URL: store.endpoint },
			...["--lake", folder],
			`SELECT max(v) AS v FROM '${store.bucketUrl("shut")}k.csv'`,
		);
		expect(stderr).toBe("");
		expect(JSON.parse(stdout).rows).toEqual([{ v: "two" }]);
	});

	test("a refusal says where keys come from, and never speaks of entering them", async () => {
		const { endpoint } = store;
		const stranger = environmentOf(await store.makeUser("stranger"));
		for (const [environment, lake, at, message] of [
			[
				{},
				"s3://shut/a lake",
				["--endpoint", endpoint],
				/403, AccessDenied\): not everyone may read it; for a private bucket set keys: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY \(AWS_SESSION_TOKEN/,
			],
			[
				keys,
				`${store.bucketUrl("shut")}a%20lake/`,
				[],
				`name its store, --endpoint ${endpoint}, and set keys: AWS_ACCESS_KEY_ID`,
			],
			[
				{ ...keys, AWS_SECRET_ACCESS_KEY: "wrong" },
				"s3://shut/a lake",
				["--endpoint", endpoint],
				"the secret key does not belong to the access key",
			],
			[
				stranger,
				"s3://shut/a lake",
				["--endpoint", endpoint],
				"the keys of the environment or the AWS profile do not allow it",
			],
		] as const) {
			const { stdout, stderr } = await sql(
				environment,
				...["--lake", lake, ...at, SUM],
			);
			expect(stderr).toMatch(message);
			expect(stderr).not.toMatch(/enter/);
			expect(stdout).toBe("");
		}
	});
});
