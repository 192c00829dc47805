import { expect, test } from "vitest";
import { mayBeRefusal, refusalOf } from "./refusal.ts";

const ADDRESS = "https://s3.example.org/mine/a.parquet";
const unsigned = new Request(ADDRESS);
const signed = new Request(ADDRESS, {
	headers: { Authorization: "AWS4-HMAC-SHA256 Credential=AKMINE/0" },
});
const presigned = new Request(`${ADDRESS}?X-Amz-Signature=0ab1`);

/** As S3 answers: with what was signed, and by whom. */
function answer(status: number, code: string, more = "") {
	return new Response(
		`<?xml version="1.0"?><Error><Code>${code}</Code><AWSAccessKeyId>AKMINE</AWSAccessKeyId><StringToSign>AWS4-HMAC-SHA256</StringToSign>${more}</Error>`,
		{ status },
	);
}

test("a refusal says what to check, and repeats nothing of what was signed", async () => {
	for (const [request, response, says] of [
		[unsigned, answer(403, "AccessDenied"), /403, AccessDenied.*enter keys/],
		[unsigned, new Response(null, { status: 401 }), /\(401\).*enter keys/],
		[signed, answer(403, "SignatureDoesNotMatch"), /secret key does not/],
		[signed, answer(403, "InvalidAccessKeyId"), /know the access key/],
		[signed, answer(403, "RequestTimeTooSkewed"), /set the clock/],
		[signed, answer(400, "ExpiredToken"), /session token/],
		[signed, answer(403, "AccessDenied"), /keys that were entered.*policy/],
		[
			signed,
			answer(
				400,
				"AuthorizationHeaderMalformed",
				"<Region>eu-central-1</Region>",
			),
			/region that was entered.*it is eu-central-1/,
		],
		[presigned, answer(403, "AccessDenied"), /expired.*signed for GET/],
	] as const) {
		expect(mayBeRefusal(response.status)).toBe(true);
		const sentence = await refusalOf(request, response);
		expect(sentence).toMatch(says);
		expect(sentence).not.toMatch(/AKMINE|AWS4|0ab1/);
	}
});

test("what is wrong with a request besides its keys is no refusal", async () => {
	expect(await refusalOf(signed, answer(400, "InvalidURI"))).toBeNull();
	expect(await refusalOf(unsigned, answer(400, "ExpiredToken"))).toBeNull();
	expect(mayBeRefusal(404)).toBe(false);
});

test("of an endless answer only the beginning is read", async () => {
	const endless = new ReadableStream<Uint8Array>({
		pull: (controller) => controller.enqueue(new Uint8Array(1000).fill(32)),
	});
	expect(
		await refusalOf(unsigned, new Response(endless, { status: 403 })),
	).toMatch(/\(403\)/);
});
