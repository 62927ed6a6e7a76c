import { defineConfig } from "vite";

// The page is served at /query/playground and everything it loads below /query/playground/assets/,
// from the server's own origin: nothing is inlined, so the page's CSP can be `script-src 'self'`.
export default defineConfig({
  base: "/query/playground/",
  logLevel: "warn",
  build: {
    assetsDir: "assets",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 8000,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    target: "es2022",
    rolldownOptions: {
      // "use client" in libraries means nothing to a page without a server side.
      onwarn: (warning, show) => warning.code === "MODULE_LEVEL_DIRECTIVE" || show(warning),
    },
  },
  worker: { format: "es" },
});
