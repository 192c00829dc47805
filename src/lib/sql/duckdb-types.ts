/** Whether values of a type, by DuckDB's name for it, are numbers. */
export function isNumeric(type: string): boolean {
	return /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|FLOAT|DOUBLE|DECIMAL(\([\d, ]*\))?|BIGNUM)$/.test(
		type,
	);
}
