import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "@playwright/test";

const COMMANDS = [
	"chromium",
	"chromium-browser",
	"google-chrome-stable",
	"google-chrome",
	"chrome",
];
const APPLICATIONS = [
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
	"/Applications/Chromium.app/Contents/MacOS/Chromium",
	"C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/** The list below the address bar is two pages of their own, which take a second of a core for each window. */
const ADDRESS_BAR_PAGES = ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup"];
/** What Playwright 1.65 switches off for its own reasons: of two such lists Chromium takes the last. */
const PLAYWRIGHT_WITHOUT = [
	"AimEnabled",
	"AvoidCorsURLLoaderRestartOnRedirect",
	"AvoidUnnecessaryBeforeUnloadCheckSync",
	"DestroyProfileOnBrowserClose",
	"HttpsFirstBalancedModeAutoEnable",
	"HttpsUpgrades",
	"LensOverlay",
	"MediaRouter",
	"NetworkTimeServiceQuerying",
	"OptimizationHints",
	"PaintHolding",
	"PreconnectToSearch",
	"TcpPortRandomizationWin",
	"ThirdPartyStoragePartitioning",
	"msEdgeUpdateLaunchServicesPreferredVersion",
	"msForceBrowserSignIn",
];

/** Longer than a page that works makes a busy machine wait. */
const PATIENCE_MS = 60_000;

/**
 * The Chromium that tests run in: `LAKESIDE_BROWSER`, else one installed on the
 * system, else Playwright's own. Null where there is none.
 */
export function browserPath(): string | null {
	const candidates = [
		process.env.LAKESIDE_BROWSER ?? "",
		...COMMANDS.flatMap((command) =>
			(process.env.PATH ?? "")
				.split(delimiter)
				.map((folder) => join(folder, command)),
		),
		...APPLICATIONS,
		chromium.executablePath(),
	];
	return candidates.find((path) => path !== "" && isExecutable(path)) ?? null;
}

/**
 * Starts the browser, headless. What waits in its pages gives up after a minute where
 * nothing else is said. Throws where there is none.
 */
export async function launch(): Promise<Browser> {
	const executablePath = browserPath();
	if (executablePath === null)
		throw new Error("no Chromium: install one, or name it in LAKESIDE_BROWSER");
	const browser = await chromium.launch({
		executablePath,
		args: [
			"--no-sandbox",
			"--disable-gpu",
			"--disable-quic",
			"--no-first-run",
			"--disable-background-networking",
			"--disable-component-update",
			"--disable-sync",
			`--disable-features=${[...ADDRESS_BAR_PAGES, ...PLAYWRIGHT_WITHOUT].join()}`,
		],
	});
	browser.on("context", (context) => context.setDefaultTimeout(PATIENCE_MS));
	return browser;
}

function isExecutable(path: string): boolean {
	if (!existsSync(path)) return false;
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
