// How the playground talks to the API: same origin, with the session's cookie, and with the newest
// CSRF token seen. The token lives in memory only, so a reload forgets it until the next refresh.

const TOKEN = "X-CSRF-Token";

/** @returns a GraphiQL fetcher for `url`; `send` stands in for `fetch` in tests. */
export function createFetcher(url, send = (...request) => fetch(...request)) {
  let token = null;

  return async (params, options) => {
    const headers = new Headers(options?.headers ?? {});
    headers.set("Accept", "application/json");
    headers.set("Content-Type", "application/json");
    // A token that the user typed into the header editor wins.
    if (token !== null && !headers.has(TOKEN)) headers.set(TOKEN, token);

    const response = await send(url, {
      method: "POST",
      credentials: "same-origin",
      headers,
      body: JSON.stringify(params),
    });
    token = response.headers.get(TOKEN) ?? token;
    return answer(response);
  };
}

// Whatever stands between (a proxy, a body limit) may answer with something other than JSON.
async function answer(response) {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return { errors: [{ message: `HTTP ${response.status}: ${text.slice(0, 500)}` }] };
  }
}
