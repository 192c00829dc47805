import { posix } from "node:path";
import type { Plugin } from "vite";

/**
 * Makes scripts and styles name what they load relative to themselves, and keeps
 * Vite from copying `public/` whole: the lake in it is linked by the build instead.
 */
export function relativeAssets(): Plugin {
	return {
		name: "lakeside-relative-assets",
		config: () => ({
			experimental: {
				renderBuiltUrl: (_name, { hostType }) =>
					hostType === "html" ? undefined : { relative: true },
			},
		}),
		configEnvironment: () => ({ build: { copyPublicDir: false } }),
	};
}

/**
 * Turns links from the root (`/_a/x.js`) into links relative to the page, in the
 * attributes that a browser loads from. `page` is the page's path below the root.
 */
export function withRelativeLinks(html: string, page: string): string {
	const folder = posix.dirname(`/${page}`);
	return html.replaceAll(
		/(\s(?:href|src|component-url|renderer-url)=)"(\/(?!\/)[^"]*)"/g,
		(_, attribute: string, address: string) =>
			`${attribute}"${relativeAddress(folder, address)}"`,
	);
}

/** The same for the `url(/…)` of a style sheet, which Astro's page build writes from the root. */
export function withRelativeUrls(css: string, sheet: string): string {
	const folder = posix.dirname(`/${sheet}`);
	return css.replaceAll(
		/url\((["']?)(\/(?!\/)[^"')]*)\1\)/g,
		(_, quote: string, address: string) =>
			`url(${quote}${relativeAddress(folder, address)}${quote})`,
	);
}

function relativeAddress(folder: string, address: string): string {
	const relative = posix.relative(folder, address);
	const isFolder = address.endsWith("/");
	const path = relative === "" ? "./" : isFolder ? `${relative}/` : relative;
	return path.startsWith(".") ? path : `./${path}`;
}
