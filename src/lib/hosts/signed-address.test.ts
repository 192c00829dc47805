import { expect, test } from "vitest";
import { holdsSignedAddress, isSignedAddress } from "./signed-address.ts";

const PRESIGNED =
	"https://b.s3.example.org/a.parquet?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0ab1";

test("an address with a signature of its own is told from one without", () => {
	for (const address of [
		PRESIGNED,
		"https://storage.example.org/a.csv?X-Goog-Signature=1&x=2",
		"https://account.blob.example.org/c/a.csv?sv=2024&sig=abc%3D",
		"https://cdn.example.org/a.csv?Expires=1&Signature=x&Key-Pair-Id=y",
	])
		expect(isSignedAddress(address), address).toBe(true);
	for (const address of [
		"https://b.s3.example.org/signature=1/a.parquet",
		"https://example.org/a.csv?version=3&design=sig",
		"sig=1",
	])
		expect(isSignedAddress(address), address).toBe(false);
});

test("a signed address is found in SQL, whatever stands around it", () => {
	expect(
		holdsSignedAddress(`select * from read_parquet(\n'${PRESIGNED}')`),
	).toBe(true);
	expect(holdsSignedAddress(`from "${PRESIGNED}" limit 5`)).toBe(true);
	expect(
		holdsSignedAddress(
			"from 'https://b.example.org/a.csv' where sig = '?sig='",
		),
	).toBe(false);
});
