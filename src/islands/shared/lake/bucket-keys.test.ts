import { expect, test } from "vitest";
import { regionOf } from "./bucket-keys.tsx";

test("a region is read from the hosts that name theirs", () => {
	for (const [address, region] of [
		["https://b.s3.eu-west-1.amazonaws.com/x/", "eu-west-1"],
		["https://s3.eu-west-1.amazonaws.com/b/", "eu-west-1"],
		["https://b.s3-us-west-2.amazonaws.com/", "us-west-2"],
		["https://b.s3.dualstack.ap-south-1.amazonaws.com/", "ap-south-1"],
		["https://b.s3.cn-north-1.amazonaws.com.cn/", "cn-north-1"],
		["https://b.s3.us-west-004.backblazeb2.com/", "us-west-004"],
		["https://1234.r2.cloudflarestorage.com/b/", "auto"],
		["https://b.s3.amazonaws.com/", "us-east-1"],
		["http://localhost:9000/b/", "us-east-1"],
		["https://s3.eu-west-1.amazonaws.com.evil.example/b/", "us-east-1"],
		["", "us-east-1"],
	] as const)
		expect(regionOf(address), address).toBe(region);
});
