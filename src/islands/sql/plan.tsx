import type { Plan, ScanSummary } from "../../../workers/engine-api.ts";
import { unverifiedWords } from "../../lake/plan/unverified.ts";
import {
	formatBytes,
	formatCount,
	formatCounted,
	formatMilliseconds,
} from "../../lib/text/format.ts";

const STAGES = {
	plan: "Plan",
	blocks: "Read the manifest",
	fetch: "Fetch",
	decode: "Decode",
	load: "Load",
	run: "Run",
} as const;

/** What was thought before the run beside what it came to. */
export function PlanPanel(props: {
	readonly plan: Plan;
	readonly milliseconds: number;
	readonly version: string;
}) {
	const { plan, milliseconds, version } = props;
	const { estimated, actual, stagesMs } = plan;
	const longest = Math.max(1, ...Object.values(stagesMs));
	return (
		// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key
		<section class="plan" aria-label="Plan" tabIndex={0}>
			<section>
				<h2>Price and truth</h2>
				<table class="plan-table">
					<thead>
						<tr>
							<td />
							<th scope="col">Estimated</th>
							<th scope="col">Actual</th>
						</tr>
					</thead>
					<tbody>
						{(["files", "rowGroups", "requests"] as const).map((what) => (
							<tr key={what}>
								<th scope="row">
									{what === "rowGroups"
										? "Row groups"
										: what === "files"
											? "Files"
											: "Requests"}
								</th>
								<td>{formatCount(estimated[what])}</td>
								<td>{formatCount(actual[what])}</td>
							</tr>
						))}
						<tr>
							<th scope="row">Bytes</th>
							<td>{formatBytes(estimated.bytes)}</td>
							<td>{formatBytes(actual.bytes + actual.cachedBytes)}</td>
						</tr>
						<tr class="plan-part">
							<th scope="row">from the network</th>
							<td />
							<td>{formatBytes(actual.bytes)}</td>
						</tr>
						<tr class="plan-part">
							<th scope="row">from the cache</th>
							<td />
							<td>{formatBytes(actual.cachedBytes)}</td>
						</tr>
						<tr>
							<th scope="row">Rows of the answer</th>
							<td />
							<td>{formatCount(actual.rows)}</td>
						</tr>
					</tbody>
				</table>
				{plan.slices !== null && (
					<p class="plan-version">
						Larger than memory may hold: it ran in{" "}
						{formatCounted(plan.slices, "slice")}, each let go before the next.
					</p>
				)}
				<p class="plan-version">
					Catalog <code>{version}</code>
				</p>
			</section>
			<section>
				<h2>Time by stage</h2>
				<table class="plan-table">
					<tbody>
						{Object.entries(STAGES).map(([stage, label]) => {
							const time = stagesMs[stage as keyof typeof STAGES];
							return (
								<tr key={stage}>
									<th scope="row">{label}</th>
									<td class="plan-bar">
										<span
											style={{ inlineSize: `${(time / longest) * 100}%` }}
										/>
									</td>
									<td>{formatMilliseconds(time)}</td>
								</tr>
							);
						})}
						<tr>
							<th scope="row">From submit to answer</th>
							<td />
							<td>{formatMilliseconds(milliseconds)}</td>
						</tr>
					</tbody>
				</table>
				<p class="plan-version">Stages overlap: each counts its own time.</p>
			</section>
			<section class="plan-scans">
				<h2>What was read</h2>
				{plan.scans.length === 0 ? (
					<p>No table of the lake.</p>
				) : (
					<ul>
						{plan.scans.map((scan) => (
							<li key={scan.table}>
								<Scan scan={scan} />
							</li>
						))}
					</ul>
				)}
			</section>
		</section>
	);
}

/** A table as a query reads it: columns, row groups, bytes, and which filters prune. */
export function Scan({ scan }: { readonly scan: ScanSummary }) {
	return (
		<div class="scan">
			<p class="scan-head">
				<strong>{scan.table}</strong> {formatCount(scan.rowGroups)} of{" "}
				{formatCounted(scan.rowGroupsTotal, "row group")},{" "}
				{formatBytes(scan.bytes)}
			</p>
			<p>
				{scan.columns.length === 0
					? "No columns: only rows are counted."
					: `Columns: ${scan.columns.join(", ")}`}
			</p>
			{scan.unverified !== undefined && (
				<p class="scan-unverified">
					{unverifiedWords(scan.unverified)}
					{scan.unverified.notes.map((note) => ` ${note}.`)}
				</p>
			)}
			{scan.filters.length > 0 && (
				<ul class="scan-filters">
					{scan.filters.map(({ text, prunes }) => (
						<li key={text}>
							<code>{text}</code>{" "}
							<span class={prunes ? "scan-prunes" : "scan-kept"}>
								{prunes ? "prunes" : "does not prune"}
							</span>
						</li>
					))}
				</ul>
			)}
		</div>
	);
}
