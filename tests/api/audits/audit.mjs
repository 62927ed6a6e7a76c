// Runs the audits of the package graphql-http one after the other and prints what came of each, as one line of JSON.
//
//   node audit.mjs URL
import { serverAudits } from "graphql-http";

const fetchFn = (url, init) => fetch(url, { ...init, signal: AbortSignal.timeout(20_000) });

for (const { id, name, fn } of serverAudits({ url: process.argv[2], fetchFn })) {
  let outcome;
  try {
    const result = await fn();
    outcome = { status: result.status, reason: result.reason };
  } catch (error) {
    outcome = { status: "error", reason: String(error) };
  }
  console.log(JSON.stringify({ id, name, ...outcome }));
}
