import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, validate, buildSchema } from "graphql";
import { readFileSync, existsSync } from "node:fs";
import { createFetcher } from "../src/fetcher.js";
import { firstTab } from "../src/first-tab.js";

function server(...answers) {
  const seen = [];
  const send = async (url, request) => {
    seen.push({ url, ...request });
    return answers.shift() ?? new Response("{}");
  };
  return { seen, fetcher: createFetcher("/query", send) };
}

const withToken = (token) => new Response("{}", { headers: { "X-CSRF-Token": token } });

test("the newest token of an answer is sent along", async () => {
  const { seen, fetcher } = server(withToken("first"), withToken("second"));
  await fetcher({ query: "mutation { login }" });
  await fetcher({ query: "{ me { id } }" });
  await fetcher({ query: "{ me { id } }" });
  const sent = seen.map((request) => request.headers.get("x-csrf-token"));
  assert.deepEqual(sent, [null, "first", "second"]);
});

test("a token set by hand wins", async () => {
  const { seen, fetcher } = server(withToken("automatic"));
  await fetcher({ query: "mutation { login }" });
  await fetcher({ query: "{ me { id } }" }, { headers: { "x-csrf-token": "by hand" } });
  assert.equal(seen[1].headers.get("X-CSRF-Token"), "by hand");
});

test("requests are JSON to the same origin with its cookie", async () => {
  const { seen, fetcher } = server();
  await fetcher({ query: "{ __typename }", variables: { a: 1 } });
  assert.equal(seen[0].url, "/query");
  assert.equal(seen[0].credentials, "same-origin");
  assert.equal(seen[0].headers.get("accept"), "application/json");
  assert.deepEqual(JSON.parse(seen[0].body), { query: "{ __typename }", variables: { a: 1 } });
});

test("an answer that is not JSON becomes a readable error", async () => {
  const { fetcher } = server(new Response("too large", { status: 413 }));
  const answer = await fetcher({ query: "{ __typename }" });
  assert.equal(answer.errors[0].message, "HTTP 413: too large");
});

test("the first tab holds valid operations", () => {
  const document = parse(firstTab.query);
  assert.ok(document.definitions.length >= 3);
  const schema = new URL("../../schema.graphql", import.meta.url);
  if (existsSync(schema)) {
    assert.deepEqual(validate(buildSchema(readFileSync(schema, "utf8")), document), []);
  }
});
