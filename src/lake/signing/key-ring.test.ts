import { inspect } from "node:util";
import { expect, test } from "vitest";
import { bucketAddress, folderOf, KeyRing } from "./key-ring.ts";

const KEYS = {
	bucketUrl: "https://s3.example.org/mine",
	region: "eu-central-1",
	accessKeyId: "AKEXAMPLE",
	secretAccessKey: "the secret",
};

/** The access key that a request to the address is signed with, null for none. */
async function signedWith(ring: KeyRing, address: string) {
	const { headers } = await ring.sign(new Request(address));
	const said = headers.get("Authorization") ?? "";
	return /Credential=(\w+)\/\d{8}\/([\w-]+)\/s3\//.exec(said)?.[1] ?? null;
}

test("keys sign what lies below the address they were entered for, and nothing else", async () => {
	const ring = new KeyRing();
	ring.signIn(KEYS);
	const inner = {
		...KEYS,
		bucketUrl: "https://s3.example.org/mine/inner/",
		accessKeyId: "AKINNER",
	};
	ring.signIn(inner);
	for (const [address, key] of [
		["https://s3.example.org/mine/a.parquet", "AKEXAMPLE"],
		["https://S3.example.org:443/mine/b/c d.csv?versionId=1", "AKEXAMPLE"],
		["https://s3.example.org/mine/inner/a.parquet", "AKINNER"],
		["https://s3.example.org/mine/inner/../a.parquet", "AKEXAMPLE"],
		["https://s3.example.org/mine-too/a.parquet", null],
		["https://s3.example.org/mine/%2e%2e/yours/a.parquet", null],
		["http://s3.example.org/mine/a.parquet", null],
		["https://s3.example.org:8443/mine/a.parquet", null],
		["https://s3.example.org.evil.example/mine/a.parquet", null],
		["https://evil.example/?https://s3.example.org/mine/", null],
	] as const)
		expect(await signedWith(ring, address), address).toBe(key);
});

test("a request keeps its range, its method and its signal", async () => {
	const ring = new KeyRing();
	ring.signIn({ ...KEYS, sessionToken: "token" });
	const stop = new AbortController();
	const { headers, signal, method } = await ring.sign(
		new Request("https://s3.example.org/mine/a.parquet", {
			headers: { Range: "bytes=5-9" },
			signal: stop.signal,
		}),
	);
	expect(method).toBe("GET");
	expect(headers.get("Range")).toBe("bytes=5-9");
	expect(headers.get("x-amz-security-token")).toBe("token");
	// The range may be asked for anew without a new signature, as the cut of a connection needs.
	expect(headers.get("Authorization")).not.toContain("range");
	stop.abort();
	expect(signal.aborted).toBe(true);
});

test("a signed request follows no host elsewhere", async () => {
	const ring = new KeyRing();
	ring.signIn({ ...KEYS, sessionToken: "token" });
	const redirectOf = async (address: string) =>
		(await ring.sign(new Request(address))).redirect;
	expect(await redirectOf("https://s3.example.org/mine/a.csv")).toBe("error");
	expect(await redirectOf("https://s3.example.org/yours/a.csv")).toBe("follow");
});

test("an address with a signature of its own is left alone", async () => {
	const ring = new KeyRing();
	ring.signIn(KEYS);
	const address =
		"https://s3.example.org/mine/a.parquet?X-Amz-Expires=60&X-Amz-Signature=00";
	expect(await signedWith(ring, address)).toBeNull();
});

test("neither the request nor the ring shows the secret", async () => {
	const ring = new KeyRing();
	ring.signIn(KEYS);
	const { url, headers } = await ring.sign(
		new Request("https://s3.example.org/mine/a.parquet"),
	);
	for (const text of [
		url,
		JSON.stringify([...headers]),
		JSON.stringify(ring),
		inspect(ring, { depth: 9, showHidden: true }),
	])
		expect(text).not.toContain("secret");
});

test("a bucket's address is made strict, or refused with a sentence", () => {
	for (const [text, address] of [
		[" https://s3.example.org/b ", "https://s3.example.org/b/"],
		["https://b.s3.example.org", "https://b.s3.example.org/"],
		["http://localhost:9000/b/c/?x=1#y", "http://localhost:9000/b/c/"],
	] as const)
		expect(bucketAddress(text)).toBe(address);
	for (const text of [
		"",
		"b",
		"s3://b/",
		"//s3.example.org/b",
		"ftp://s3.example.org/b",
		"https://key:secret@s3.example.org/b",
	])
		expect(() => bucketAddress(text), text).toThrow("the bucket's address");
	expect(folderOf("https://s3.example.org/b/c/a.csv?x=/y")).toBe(
		"https://s3.example.org/b/c/",
	);
});
