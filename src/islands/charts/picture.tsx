import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { csvLine } from "../shared/files/csv.ts";
import { DayInput } from "./day-input.tsx";
import { Exports } from "./exports.tsx";

export interface LegendItem {
	readonly label: string;
	/** A class that colours its swatch: `legend-<mark>` in `picture.css`. */
	readonly mark: string;
}

/**
 * A figure: what it shows, its unit, what its marks mean, the picture, the same
 * as a table, and where it comes from.
 */
export function Picture(props: {
	readonly id: string;
	readonly title: string;
	readonly subtitle?: ComponentChildren;
	readonly legend?: readonly LegendItem[];
	/** What stands beside the title, such as a choice between two drawings. */
	readonly controls?: ComponentChildren;
	/** The rows behind the picture as CSV; with it the picture can be taken along. */
	readonly csv?: () => string;
	readonly children: ComponentChildren;
	readonly table?: ComponentChildren;
	readonly provenance?: ComponentChildren;
	/** Whether what shows is not yet what was asked for. */
	readonly isBusy?: boolean;
}) {
	const { id, title, subtitle, legend = [], isBusy = false } = props;
	return (
		<figure
			class="picture"
			id={id}
			aria-labelledby={`${id}-title`}
			aria-busy={isBusy ? "true" : undefined}
		>
			<figcaption>
				<h2 class="figure-title" id={`${id}-title`}>
					{title}
				</h2>
				{subtitle !== undefined && <p class="figure-subtitle">{subtitle}</p>}
				{props.controls}
				{legend.length > 0 && (
					<ul class="legend">
						{legend.map(({ label, mark }) => (
							<li key={mark}>
								<span class={`legend-swatch legend-${mark}`} />
								{label}
							</li>
						))}
					</ul>
				)}
			</figcaption>
			{props.children}
			{props.table}
			{props.csv !== undefined && <Exports name={id} csv={props.csv} />}
			{props.provenance}
		</figure>
	);
}

export interface TableColumn<Row> {
	readonly name: string;
	readonly isNumber?: boolean;
	readonly cell: (row: Row) => ComponentChildren;
	/** For the CSV, where it differs from a cell's text: numbers and times as machines read them. */
	readonly value?: (row: Row) => string | number | Date | null;
}

/** Rows as CSV (RFC 4180): numbers bare, times in ISO 8601, UTC. */
export function tableCsv<Row>(
	columns: readonly TableColumn<Row>[],
	rows: readonly Row[],
): string {
	const text = (column: TableColumn<Row>, row: Row) => {
		const value =
			column.value === undefined ? column.cell(row) : column.value(row);
		if (value === null || value === undefined) return null;
		return value instanceof Date ? value.toISOString() : String(value);
	};
	return [
		csvLine(columns.map(({ name }) => name)),
		...rows.map((row) => csvLine(columns.map((column) => text(column, row)))),
	].join("");
}

/** The rows behind a picture, made when it is opened: long tables cost nothing before. */
export function PictureTable<Row>(props: {
	readonly caption: string;
	readonly columns: readonly TableColumn<Row>[];
	readonly rows: readonly Row[];
	/** Put the rows into the page from the start, for short tables. */
	readonly isShort?: boolean;
}) {
	const { caption, columns, rows, isShort = false } = props;
	const [isOpen, setOpen] = useState(false);
	return (
		<details
			class="picture-table"
			onToggle={(event) => setOpen(event.currentTarget.open)}
		>
			<summary>As a table</summary>
			{(isOpen || isShort) && (
				// biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
				<section class="picture-table-scroll" tabIndex={0} aria-label={caption}>
					<table>
						<caption>{caption}</caption>
						<thead>
							<tr>
								{columns.map(({ name, isNumber }) => (
									<th
										key={name}
										scope="col"
										class={isNumber ? "number" : undefined}
									>
										{name}
									</th>
								))}
							</tr>
						</thead>
						<tbody>
							{rows.map((row, index) => (
								<tr key={index}>
									{columns.map(({ name, isNumber, cell }) => (
										<td key={name} class={isNumber ? "number" : undefined}>
											{cell(row)}
										</td>
									))}
								</tr>
							))}
						</tbody>
					</table>
				</section>
			)}
		</details>
	);
}

/** A choice of one among a few, side by side: a radio group. */
export function Choices<T extends string>(props: {
	readonly name: string;
	readonly legend: string;
	readonly options: readonly { readonly value: T; readonly label: string }[];
	/** Null where none of them holds. */
	readonly value: T | null;
	readonly onChange: (value: T) => void;
}) {
	return (
		<fieldset class="choices">
			<legend>{props.legend}</legend>
			<div class="choices-row">
				{props.options.map(({ value, label }) => (
					<label key={value}>
						<input
							type="radio"
							name={props.name}
							value={value}
							checked={props.value === value}
							onChange={() => props.onChange(value)}
						/>
						{label}
					</label>
				))}
			</div>
		</fieldset>
	);
}

/** Two days, both included; null where the visitor gave none. */
export function DayRange(props: {
	readonly from: Date | null;
	readonly to: Date | null;
	/** First and last day there are data for. */
	readonly first: Date;
	readonly last: Date;
	readonly onChange: (from: Date | null, to: Date | null) => void;
}) {
	const { from, to, first, last, onChange } = props;
	return (
		<>
			<DayField
				name="from"
				label="From (UTC)"
				value={from}
				min={first}
				max={last}
				onChange={(day) => onChange(day, to)}
			/>
			<DayField
				name="to"
				label="To (UTC)"
				value={to}
				min={first}
				max={last}
				onChange={(day) => onChange(from, day)}
			/>
		</>
	);
}

function DayField(props: {
	readonly name: string;
	readonly label: string;
	readonly value: Date | null;
	readonly min: Date;
	readonly max: Date;
	readonly onChange: (day: Date | null) => void;
}) {
	const id = `day-${props.name}`;
	return (
		<label class="field" for={id}>
			<span class="label">{props.label}</span>
			<DayInput
				id={id}
				name={props.name}
				value={props.value}
				min={props.min}
				max={props.max}
				onChange={props.onChange}
			/>
		</label>
	);
}
