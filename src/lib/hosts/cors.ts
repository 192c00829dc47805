/** What stands for the site's origin where it is not known. */
export const ANY_SITE = "https://site.example";

/** A rule of a bucket's CORS configuration, as S3 and its compatibles take it. */
export interface CorsRule {
	readonly AllowedOrigins: readonly string[];
	readonly AllowedMethods: readonly string[];
	readonly AllowedHeaders: readonly string[];
	readonly ExposeHeaders: readonly string[];
	/** How long a browser may keep the answer to its preflight. */
	readonly MaxAgeSeconds: number;
}

export interface CorsConfiguration {
	readonly CORSRules: readonly CorsRule[];
}

/**
 * What a bucket has to allow the pages of a site, given as its origin
 * (`https://site.example`, without a path). Ranges and conditions for every reader,
 * the `authorization` and `x-amz-` headers for those who sign with keys of their
 * own; `*` would not cover `authorization` in a browser. Exposed is what tells an
 * answer's bytes and its version apart from another's.
 */
export function corsConfiguration(origin: string): CorsConfiguration {
	return {
		CORSRules: [
			{
				AllowedOrigins: [origin],
				AllowedMethods: ["GET", "HEAD"],
				AllowedHeaders: [
					"range",
					"if-range",
					"if-match",
					"if-none-match",
					"authorization",
					"x-amz-date",
					"x-amz-content-sha256",
					"x-amz-security-token",
				],
				ExposeHeaders: [
					"Accept-Ranges",
					"Content-Encoding",
					"Content-Length",
					"Content-Range",
					"ETag",
					"Last-Modified",
					"Retry-After",
				],
				MaxAgeSeconds: 86_400,
			},
		],
	};
}

/** The configuration as the text that is printed, and that `aws s3api put-bucket-cors` takes as a file. */
export function corsText(origin: string): string {
	return JSON.stringify(corsConfiguration(origin), null, 2);
}
