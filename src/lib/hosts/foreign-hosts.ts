/** A source as Content-Security-Policy takes it: `https:`, or a host, if need be any below a domain. */
const SOURCE = /^(https?:|https?:\/\/(\*\.)?[a-z0-9.-]+(:\d+)?)$/i;

/**
 * The hosts besides the site's and the lake's from which SQL may read files, from
 * the publisher's setting `PUBLIC_FOREIGN_HOSTS`: `https:` for all, or hosts such
 * as `https://data.example https://*.example.org`. Throws for anything else, by the
 * setting's `name`.
 */
export function foreignHosts(
	setting: string | undefined,
	name = "PUBLIC_FOREIGN_HOSTS",
): readonly string[] {
	const hosts = (setting ?? "").split(/[\s,]+/).filter((host) => host !== "");
	const wrong = hosts.find((host) => !SOURCE.test(host));
	if (wrong !== undefined)
		throw new Error(
			`${name} takes https: or hosts such as https://data.example, not ${wrong}`,
		);
	return hosts;
}

/** Whether a file at an absolute address may be read, as the policy that holds the same hosts has it. */
export function allowsAddress(
	hosts: readonly string[],
	address: string,
): boolean {
	const { protocol, origin, host } = new URL(address);
	return hosts.some((allowed) => {
		if (allowed.endsWith(":")) return allowed.toLowerCase() === protocol;
		const wildcard = /^(https?:)\/\/\*(\..*)$/i.exec(allowed);
		if (wildcard === null) return new URL(allowed).origin === origin;
		const [, scheme = "", domain = ""] = wildcard;
		return (
			scheme.toLowerCase() === protocol && host.endsWith(domain.toLowerCase())
		);
	});
}
