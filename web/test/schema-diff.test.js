import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { compare } from "../tools/schema-diff.js";

const schema = readFileSync(new URL("../../schema.graphql", import.meta.url), "utf8");
const field = /\n\tme: User\b/;

test("a schema is no change of itself", () => {
  assert.deepEqual(compare(schema, schema), { breaking: [], dangerous: [] });
});

test("a field under another name breaks clients", () => {
  assert.match(schema, field);
  const { breaking } = compare(schema, schema.replace(field, "\n\tmyself: User"));
  assert.match(breaking.join(), /FIELD_REMOVED: Query\.me/);
});

test("a new field breaks nobody, a new required argument does", () => {
  const added = schema.replace(field, "$&\n\tnews: String");
  assert.deepEqual(compare(schema, added).breaking, []);
  const required = added.replace("news: String", "news(of: Int!): String");
  assert.match(compare(added, required).breaking.join(), /REQUIRED_ARG_ADDED/);
});

test("a new value of an enum asks for a second look", () => {
  const { breaking, dangerous } = compare("type Query { a: E } enum E { A }", "type Query { a: E } enum E { A B }");
  assert.deepEqual(breaking, []);
  assert.equal(dangerous.length, 1);
});
