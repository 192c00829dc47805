import { isSignedAddress } from "../../lib/hosts/signed-address.ts";

/** As much of an error's body as is looked at; S3's are some hundred bytes. */
const BODY_BYTES = 8192;

/** A host that has not said more by then is not waited for: what is known has to do. */
export const PATIENCE_MILLISECONDS = 10_000;

/** How a refusal speaks of keys: a page asks for them, a command finds them. */
export interface KeyWords {
	/** What to do for keys, where the request to this address went without. */
	missing(address: string): string;
	/** The keys that there are. */
	readonly keys: string;
	readonly region: string;
}

export const ENTERED: KeyWords = {
	missing: () => "enter keys for its bucket",
	keys: "the keys that were entered",
	region: "the region that was entered",
};

/** Whether a status may mean that keys are missing or wrong; 400 is what S3 says of a wrong region. */
export function mayBeRefusal(status: number): boolean {
	return status === 400 || status === 401 || status === 403;
}

/**
 * Why a host refused a request, and what to check; null where the answer is no
 * refusal. Reads the body. Of the request and the body only the error's code and the
 * region are repeated: S3 sends back what was signed, the access key included.
 */
export async function refusalOf(
	request: Request,
	response: Response,
	words: KeyWords = ENTERED,
	waitMilliseconds = PATIENCE_MILLISECONDS,
): Promise<string | null> {
	const { status } = response;
	const body = await beginningOf(response, waitMilliseconds);
	const code = /<Code>(\w{1,60})<\/Code>/.exec(body)?.[1] ?? "";
	const isSigned = request.headers.has("Authorization");
	if (status === 400 && !(isSigned && CAUSES.has(code))) return null;
	const said = code === "" ? String(status) : `${status}, ${code}`;
	return `the host refuses it (${said}): ${causeOf(request, code, body, words)}`;
}

export const ASKS_FOR_ADDRESS =
	"the signature in the address has expired or is for something else; ask for a new address, one that is signed for GET";
const ASKS_FOR_TOKEN =
	"the session token is missing, wrong or has expired; ask for new keys";
const asksForRegion = ({ region }: KeyWords) => `${region} is not the bucket's`;
const CAUSES = new Map<string, string | ((words: KeyWords) => string)>([
	[
		"SignatureDoesNotMatch",
		"the secret key does not belong to the access key, or something on the way changes requests; check the secret and the region",
	],
	[
		"InvalidAccessKeyId",
		"it does not know the access key; check the key, and that it is for this host",
	],
	[
		"RequestTimeTooSkewed",
		"this machine's clock and the host's differ by more than it accepts; set the clock",
	],
	["InvalidToken", ASKS_FOR_TOKEN],
	["ExpiredToken", ASKS_FOR_TOKEN],
	["AuthorizationHeaderMalformed", asksForRegion],
	["AuthorizationQueryParametersError", asksForRegion],
]);

function causeOf(
	request: Request,
	code: string,
	body: string,
	words: KeyWords,
): string {
	if (isSignedAddress(request.url)) return ASKS_FOR_ADDRESS;
	if (!request.headers.has("Authorization"))
		return `not everyone may read it; ${words.missing(request.url)}, or check the bucket's policy`;
	const known =
		CAUSES.get(code) ??
		`${words.keys} do not allow it; check the keys, this machine's clock and the bucket's policy`;
	const cause = typeof known === "string" ? known : known(words);
	const region = /<Region>([a-z0-9-]{1,40})<\/Region>/.exec(body)?.[1];
	return region === undefined ? cause : `${cause}: it is ${region}`;
}

/** What of it has come by then, where the host stalls. */
async function beginningOf(
	response: Response,
	waitMilliseconds: number,
): Promise<string> {
	if (response.body === null) return "";
	const reader = response.body.getReader();
	const deadline = setTimeout(
		() => reader.cancel().catch(() => {}),
		waitMilliseconds,
	);
	const decoder = new TextDecoder();
	let text = "";
	try {
		while (text.length < BODY_BYTES) {
			const { done, value } = await reader.read();
			if (done) break;
			text += decoder.decode(value, { stream: true });
		}
	} catch {
		// The status alone has to do.
	} finally {
		clearTimeout(deadline);
		await reader.cancel().catch(() => {});
	}
	return text;
}
