/** An error that the server explained, or the lack of a server. `code` is "offline" for the latter. */
export class ApiError extends Error {
  constructor(message, { code = "error", status = 0, retryable = false } = {}) {
    super(message);
    Object.assign(this, { code, status, retryable });
  }
}

/** Asks the server for JSON. Raises ApiError with a sentence for the reader. */
export async function request(path, options) {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", redirect: "error", ...options });
  } catch {
    throw new ApiError("The server cannot be reached. Check your network and try again.", { code: "offline", retryable: true });
  }
  const data = await response.json().catch(() => null);
  if (response.ok && data) return data;
  const { status } = response;
  if (data?.error) throw new ApiError(data.error.message, { ...data.error, status });
  if (status === 403) throw new ApiError("This page is out of date. Reload it and try again.", { code: "csrf", status });
  throw new ApiError("The server did not answer as expected. Try again in a moment.", { status, retryable: true });
}

/** Calls a command with JSON. Raises like `request`. @param {string} csrf the token against forged requests */
export function command(path, csrf, body = {}) {
  return request(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf },
    body: JSON.stringify(body),
  });
}

/** The commands of one page, bound to its addresses and its token against forged requests. */
export class Api {
  constructor({ endpoints, purpose, csrf }) {
    Object.assign(this, { endpoints, purpose, csrf });
  }

  post(path, body) {
    return command(path, this.csrf, body);
  }

  state(sandboxId) {
    return request(`${this.endpoints.sandboxes}${sandboxId}/`, { headers: { Accept: "application/json" } });
  }

  start() {
    return this.post(this.endpoints.start, { purpose: this.purpose });
  }

  stop(sandboxId) {
    return this.post(`${this.endpoints.sandboxes}${sandboxId}/stop/`);
  }

  addTerminal(sandboxId, instance) {
    return this.post(`${this.endpoints.sandboxes}${sandboxId}/terminals/`, instance ? { instance } : {});
  }

  renameTerminal(terminalId, title) {
    return this.post(`${this.endpoints.terminals}${terminalId}/rename/`, { title });
  }

  closeTerminal(terminalId) {
    return this.post(`${this.endpoints.terminals}${terminalId}/close/`);
  }
}
