// What a change of the schema does to clients, by the rules of the reference implementation of GraphQL.
//
//   node web/tools/schema-diff.js OLD.graphql NEW.graphql
//
// Ends with 1 when a client that worked with the old schema may fail with the new one.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

import { buildSchema, findBreakingChanges, findDangerousChanges } from "graphql";

export function compare(before, after) {
  const [from, to] = [buildSchema(before), buildSchema(after)];
  const sentences = (changes) => changes.map((change) => `${change.type}: ${change.description}`);
  return { breaking: sentences(findBreakingChanges(from, to)), dangerous: sentences(findDangerousChanges(from, to)) };
}

function main([before, after]) {
  if (!before || !after) {
    console.error("usage: node web/tools/schema-diff.js OLD.graphql NEW.graphql");
    return 2;
  }
  const { breaking, dangerous } = compare(readFileSync(before, "utf8"), readFileSync(after, "utf8"));
  for (const change of dangerous) console.log(`look twice: ${change}`);
  for (const change of breaking) console.log(`breaks clients: ${change}`);
  console.log(`${breaking.length} breaking, ${dangerous.length} dangerous changes`);
  return breaking.length === 0 ? 0 : 1;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = main(process.argv.slice(2));
}
