import { expect, test } from "vitest";
import { corsText } from "../../src/lib/hosts/cors.ts";
import { corsAdvice, publicUrl } from "./bucket-cors.ts";
import { S3Store } from "./s3-store.ts";

const AMAZON = new S3Store("s3://lakes/our/lake", { endpoint: null });
const OWN = new S3Store("s3://lakes", { endpoint: "https://store.example/" });

test("names the site's origin, the bucket, and where the lake answers", () => {
	const advice = corsAdvice(OWN, "https://us.example/maps/").join("\n");
	expect(advice).toContain(corsText("https://us.example"));
	expect(advice).toContain("--bucket lakes ");
	expect(advice).toContain("--endpoint-url https://store.example/");
	expect(advice).toContain("PUBLIC_LAKE_URL=https://store.example/lakes/ ");
	expect(publicUrl(AMAZON)).toBe("https://lakes.s3.amazonaws.com/our/lake/");
	expect(corsAdvice(AMAZON, null).join("\n")).not.toContain("endpoint");
});

test("what is no site is refused", () => {
	for (const site of ["us.example", "ftp://us.example"])
		expect(() => corsAdvice(AMAZON, site)).toThrow("https://site.example");
});
