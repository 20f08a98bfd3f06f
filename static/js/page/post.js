import { ApiError } from "../sandbox/api.js";

const ANSWER_WITHIN = 15_000;

/** Posts JSON and gives the answer. Raises ApiError with a sentence for the reader. */
export async function post(url, body, csrf) {
  let response;
  try {
    response = await fetch(url, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_WITHIN),
    });
  } catch {
    throw new ApiError("The server cannot be reached, so this was not kept. Try again.", { code: "offline", retryable: true });
  }
  const data = await response.json().catch(() => null);
  if (response.ok && data) return data;
  throw new ApiError(data?.error?.message ?? "This was not kept. Reload the page and try again.", { status: response.status });
}
