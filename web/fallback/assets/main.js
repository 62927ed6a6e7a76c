// The CDN's scripts define React, ReactDOM and GraphiQL; without them the page's text stays.
import { createFetcher } from "./fetcher.js";
import { firstTab } from "./first-tab.js";

const { React, ReactDOM, GraphiQL } = globalThis;
if (GraphiQL) {
  ReactDOM.createRoot(document.getElementById("playground")).render(
    React.createElement(GraphiQL, {
      fetcher: createFetcher("/query"),
      defaultTabs: [firstTab],
      isHeadersEditorEnabled: true,
      shouldPersistHeaders: false,
      showPersistHeadersSettings: false,
    }),
  );
}
