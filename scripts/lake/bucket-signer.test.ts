import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	afterAll,
	afterEach,
	beforeAll,
	beforeEach,
	expect,
	test,
	vi,
} from "vitest";
import { HttpSource } from "../../src/lake/http/source.ts";
import { bucketSigner, hostedAddress } from "./bucket-signer.ts";

const S3 = "https://s3.example.org";

let folder = "";
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "lakeside-signer-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Nothing of AWS but what a test says. */
beforeEach(() => {
	for (const name of Object.keys(process.env))
		if (name.startsWith("AWS_")) vi.stubEnv(name, undefined);
	vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
	vi.stubEnv("AWS_CONFIG_FILE", "/dev/null");
	vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
});
afterEach(() => {
	vi.unstubAllEnvs();
});

function stubKeys() {
	vi.stubEnv("AWS_ACCESS_KEY_ID", "AKEXAMPLE");
	vi.stubEnv("AWS_SECRET_ACCESS_KEY", "the secret");
	vi.stubEnv("AWS_SESSION_TOKEN", "the token");
}

/** In a file of its own each: the SDK reads none twice. */
let profiles = 0;
async function profileOf(text: string) {
	const file = join(folder, `config-${profiles++}`);
	await writeFile(file, text);
	vi.stubEnv("AWS_CONFIG_FILE", file);
	vi.stubEnv("AWS_PROFILE", "reader");
}

async function listening(status: number, onRequest = () => {}) {
	const server = createServer((_, response) => {
		onRequest();
		response.writeHead(status).end();
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			server.close();
		},
	};
}

test("only the store's own addresses are signed, whatever others look like", async () => {
	stubKeys();
	for (const [endpoint, address, isSigned] of [
		[S3, `${S3}/lakes/catalog.json`, true],
		[`${S3}/`, `${S3}/other/catalog.json`, true],
		[S3, "https://lakes.s3.example.org/catalog.json", true],
		[S3, "http://s3.example.org/lakes/catalog.json", false],
		[S3, "https://s3.example.org:8443/lakes/catalog.json", false],
		[S3, "https://s3.example.org.evil.example/catalog.json", false],
		[S3, "https://evils3.example.org/catalog.json", false],
		[S3, `https://evil.example/?${S3}/`, false],
		[S3, "https://lakes.s3.amazonaws.com/catalog.json", false],
		[null, "https://lakes.s3.amazonaws.com/catalog.json", true],
		[null, "https://s3.eu-central-1.amazonaws.com/lakes/a", true],
		[null, "https://lakes.s3.dualstack.eu-west-1.amazonaws.com/a", true],
		[null, "http://lakes.s3.amazonaws.com/catalog.json", false],
		[null, "https://a.execute-api.us-east-1.amazonaws.com/a", false],
		[null, "https://lakes.s3.amazonaws.com.evil.example/a", false],
		[null, `${S3}/lakes/catalog.json`, false],
	] as const) {
		const { headers } = await bucketSigner(endpoint).sign(new Request(address));
		expect(headers.has("Authorization"), address).toBe(isSigned);
		expect(headers.has("x-amz-security-token"), address).toBe(isSigned);
	}
});

test("keys and region come from the environment or a profile", async () => {
	const signed = async () =>
		(await bucketSigner(S3).sign(new Request(`${S3}/a`))).headers.get(
			"Authorization",
		);
	expect(await signed()).toBeNull();
	await profileOf(
		"[profile reader]\nregion = eu-central-1\naws_access_key_id = AKPROFILE\naws_secret_access_key = s\n",
	);
	expect(await signed()).toMatch(/AKPROFILE\/\d+\/eu-central-1\/s3\//);
	stubKeys();
	vi.stubEnv("AWS_REGION", "eu-north-1");
	vi.stubEnv("AWS_PROFILE", undefined);
	expect(await signed()).toMatch(/AKEXAMPLE\/\d+\/eu-north-1\/s3\//);
});

test("a bucket's address becomes one on its store's host", async () => {
	for (const [address, endpoint, hosted] of [
		["s3://lakes", S3, `${S3}/lakes/`],
		["s3://lakes/a b/c//", `${S3}/`, `${S3}/lakes/a%20b/c/`],
		["s3://lakes/a", null, "https://s3.eu-north-1.amazonaws.com/lakes/a/"],
	] as const) {
		vi.stubEnv("AWS_REGION", "eu-north-1");
		expect(await hostedAddress(address, endpoint)).toBe(hosted);
	}
	await expect(hostedAddress("s3://", S3)).rejects.toThrow(
		"write s3://bucket or s3://bucket/prefix",
	);
});

test("a store that leads elsewhere, as Amazon's of another region, says to check the region", async () => {
	stubKeys();
	await using host = await listening(301);
	const { endpoint } = host;
	const lake = new HttpSource(`${endpoint}/lakes/`, bucketSigner(endpoint));
	await expect(lake.catalogText(new AbortController().signal)).rejects.toThrow(
		"check the region",
	);
});

test("a sign-in that has ended is told, and nothing is asked without it", async () => {
	await profileOf(
		"[profile reader]\nsso_start_url = https://x.example/start\nsso_account_id = 1\nsso_region = us-east-1\nsso_role_name = reader\n",
	);
	let requests = 0;
	await using host = await listening(403, () => {
		requests += 1;
	});
	const { endpoint } = host;
	const lake = new HttpSource(`${endpoint}/lakes/`, bucketSigner(endpoint));
	await expect(lake.catalogText(new AbortController().signal)).rejects.toThrow(
		/^no keys: .*SSO/,
	);
	expect(requests).toBe(0);
});
