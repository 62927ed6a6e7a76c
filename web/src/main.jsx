import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "./page.css";
import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";
import { createFetcher } from "./fetcher.js";
import { firstTab } from "./first-tab.js";

// Headers are never persisted: one of them may be a CSRF token.
createRoot(document.getElementById("playground")).render(
  <GraphiQL
    fetcher={createFetcher("/query")}
    defaultTabs={[firstTab]}
    isHeadersEditorEnabled
    shouldPersistHeaders={false}
    showPersistHeadersSettings={false}
  >
    <GraphiQL.Logo>
      <a className="shotify-logo" href="/">
        Shotify
      </a>
    </GraphiQL.Logo>
  </GraphiQL>,
);
