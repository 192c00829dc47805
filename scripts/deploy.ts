import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { formatBytes, formatCount } from "../src/lib/text/format.ts";
import { Terminal } from "./data/terminal.ts";
import {
	type DeployOptions,
	type DeployProgress,
	deploySite,
} from "./publish/deploy-site.ts";
import { DEFAULT_KEEP } from "./publish/publication.ts";
import { isBucketAddress } from "./storage/bucket-address.ts";
import { policyAdvice } from "./storage/bucket-policy.ts";
import { ConflictError, StoreError } from "./storage/store.ts";

const USAGE = `npm run deploy -- s3://bucket[/prefix] [--dir DIR] [--lake [--keep N]] [--delete] [--dry-run] [--endpoint URL] [--only-publisher]

  --dir DIR         the site, as npm run build makes it; default: dist
  --lake            also put the lake there that the site holds
  --keep N          publications of the lake that stay; default: ${DEFAULT_KEEP}. 1 removes
                    what earlier ones hold, for which --delete waits a day
  --delete          remove files of earlier deployments that the site has no more;
                    who still has an old page open may miss them
  --dry-run         print what would be put and removed
  --endpoint URL    of a store that is compatible with S3; default: AWS_ENDPOINT_URL_S3,
                    AWS_ENDPOINT_URL, or Amazon's
  --only-publisher  put a lake also where the store cannot keep two publishers apart

Keys come from where the AWS tools have them: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY,
AWS_PROFILE, or the machine's role. Exit code: 0 the site is there, 2 it is not.`;

/** The first page answers within this time, in milliseconds, or nothing is said of it. */
const OPEN_MS = 10_000;

const terminal = new Terminal(process.stderr, false);

class UsageError extends Error {}

async function main(): Promise<void> {
	const { values, positionals } = readArguments();
	if (values.help) {
		console.log(USAGE);
		return;
	}
	const [address] = positionals;
	if (address === undefined || positionals.length > 1)
		throw new UsageError("one address is needed");
	if (!isBucketAddress(address))
		throw new UsageError(`no address of a bucket: ${address}`);
	const { keep } = values;
	if (keep !== undefined && !values.lake)
		throw new UsageError("--keep goes with --lake");
	if (keep !== undefined && !/^[1-9]\d*$/.test(keep))
		throw new UsageError(`--keep must be a whole number above 0, not ${keep}`);
	const folder = values.dir ?? "dist";
	if (!existsSync(join(folder, "index.html")))
		throw new UsageError(
			`there is no site in ${folder}: npm run build makes one`,
		);
	const isDryRun = values["dry-run"] ?? false;
	const options: DeployOptions = {
		withLake: values.lake ?? false,
		keep: keep === undefined ? undefined : Number(keep),
		isDeleting: values.delete ?? false,
		isDryRun,
		endpoint: values.endpoint,
		isOnlyPublisher: values["only-publisher"],
		onProgress: isDryRun ? showPlan : showProgress,
		onRetry: showRetry,
	};
	const report = await deploySite(folder, address, options);
	terminal.clear();
	const would = isDryRun ? "would be " : "";
	console.log(
		`${formatCount(report.put)} files (${formatBytes(report.putBytes)}) ${would}put, ${formatCount(report.removed)} ${would}removed, ${formatCount(report.unchanged)} unchanged in ${address}`,
	);
	if (report.isLakeMissing)
		console.log(
			"There is no lake beside the site yet: --lake puts the one there that it holds.",
		);
	if (isDryRun) return;
	console.log(`It is at ${report.url}`);
	if (await isClosed(report.url))
		console.log(policyAdvice(address, report.endpoint).join("\n"));
}

/** Whether an address refuses to answer who has no keys. */
async function isClosed(url: string): Promise<boolean> {
	const signal = AbortSignal.timeout(OPEN_MS);
	const status = await fetch(url, { method: "HEAD", signal }).then(
		(answer) => answer.status,
		() => null,
	);
	return status === 401 || status === 403;
}

function readArguments() {
	try {
		return parseArgs({
			allowPositionals: true,
			options: {
				dir: { type: "string" },
				lake: { type: "boolean" },
				keep: { type: "string" },
				delete: { type: "boolean" },
				"dry-run": { type: "boolean" },
				endpoint: { type: "string" },
				"only-publisher": { type: "boolean" },
				help: { type: "boolean", short: "h" },
			},
		});
	} catch (cause) {
		throw new UsageError((cause as Error).message, { cause });
	}
}

function showPlan({ key, did, bytes }: DeployProgress): void {
	if (did !== "keep")
		console.log(`${did.padEnd(6)}  ${formatBytes(bytes).padStart(7)}  ${key}`);
}

/** On a terminal one line that changes, elsewhere a line for each file that is put or removed. */
function showProgress({ key, did, done, total }: DeployProgress): void {
	if (process.stderr.isTTY)
		terminal.passing(
			`${formatCount(done)} of ${formatCount(total)} files: ${did} ${key}`,
		);
	else if (did !== "keep") terminal.passing(`${did} ${key}`);
}

function showRetry(reason: string, attempt: number): void {
	terminal.note(`no right answer (${reason}), try ${attempt}`);
}

main().catch((error: unknown) => {
	terminal.clear();
	process.exitCode = 2;
	if (error instanceof UsageError)
		console.error(`${error.message}\n\n${USAGE}`);
	else if (
		error instanceof StoreError ||
		error instanceof ConflictError ||
		(error instanceof Error && error.name === "NetworkError")
	)
		console.error(error.message);
	else console.error(error);
});
