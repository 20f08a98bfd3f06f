// Bundles static/css and static/js into static/dist, which is not committed.
// Usage: node static/build.mjs [--watch]
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const watch = process.argv.includes("--watch");

const shared = {
  bundle: true,
  minify: !watch,
  sourcemap: watch ? "linked" : false,
  target: ["chrome110", "firefox115", "safari16.4"],
  // The licences of what is bundled travel with it.
  legalComments: "eof",
  logLevel: "info",
  outdir: here("dist"),
};

const builds = [
  {
    ...shared,
    format: "esm",
    entryPoints: ["site", "learn", "present", "print", "builder"].flatMap((name) => [here(`js/${name}.js`), here(`css/${name}.css`)]),
    entryNames: "[name]",
  },
  { ...shared, format: "esm", entryPoints: [here("js/reload.js")], entryNames: "[name]" },
  // Runs before the first paint, so it is a classic script: a module would be deferred.
  { ...shared, format: "iife", entryPoints: [here("js/theme.js")], entryNames: "[name]" },
];

await rm(here("dist"), { recursive: true, force: true });
if (watch) {
  for (const options of builds) await (await esbuild.context(options)).watch();
} else {
  await Promise.all(builds.map((options) => esbuild.build(options)));
}
