import { expect, test } from "vitest";
import { allowsAddress, foreignHosts } from "./foreign-hosts.ts";

test("files are read from the hosts that the publisher names, and from no other", () => {
	const hosts = foreignHosts(
		"https://data.example, https://*.open.example:8443",
	);
	const allowed = (address: string) => allowsAddress(hosts, address);
	expect(allowed("https://data.example/a.parquet")).toBe(true);
	expect(allowed("https://a.open.example:8443/b.csv?c")).toBe(true);
	for (const address of [
		"http://data.example/a",
		"https://data.example:444/a",
		"https://data.example.evil.example/a",
		"https://open.example:8443/a",
		"https://a.open.example/a",
	])
		expect(allowed(address), address).toBe(false);
});

test("https: stands for all hosts, nothing for none", () => {
	expect(allowsAddress(foreignHosts("https:"), "https://a.example/b")).toBe(
		true,
	);
	expect(allowsAddress(foreignHosts("https:"), "http://a.example/b")).toBe(
		false,
	);
	expect(foreignHosts(undefined)).toStrictEqual([]);
	expect(() => foreignHosts("data.example; script-src *")).toThrow(
		/PUBLIC_FOREIGN_HOSTS/,
	);
});
