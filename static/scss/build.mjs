// Compiles the two style sheets: sass, then what no template uses thrown away, then made small.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { transform } from "lightningcss";
import { PurgeCSS } from "purgecss";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../..");
const apps = ["practice", "correspondence", "procedures", "appointments", "reviews", "clinic_site"];
const content = [
  `${root}/templates/**/*.{html,txt}`,
  `${root}/docs/look.md`,
  ...apps.map((app) => `${root}/${app}/**/*.{py,html}`),
  `${root}/static/js/*.js`,
];
// Written by crispy-bootstrap5 and Django's forms, which are not in this tree.
const safelist = [
  "is-invalid", "was-validated", "form-control", "form-select", "form-check", "form-check-input", "form-check-label",
  "form-check-inline", "form-label", "form-text", "invalid-feedback", "col-form-label", "requiredField", "asteriskField",
  "row", "mb-3", "col-md-6", "alert", "d-block", "checkbox", "textarea",
  /^(at|for|hours)-\d+$/, /^lane-\d-of-\d$/, // the rows of the desk's calendar, numbered in Python
];

for (const name of ["site", "desk"]) {
  const compiled = sass.compile(resolve(here, `${name}.scss`), {
    loadPaths: [resolve(root, "node_modules")],
    style: "compressed",
    quietDeps: true,
    silenceDeprecations: ["import", "global-builtin", "color-functions", "if-function"],
  });
  const [purged] = await new PurgeCSS().purge({
    content,
    css: [{ raw: compiled.css }],
    safelist: { standard: safelist, greedy: [/^:/] },
    keyframes: true,
  });
  const { code } = transform({
    filename: `${name}.css`,
    code: Buffer.from(purged.css),
    minify: true,
    targets: { chrome: 100 << 16, firefox: 100 << 16, safari: (15 << 16) | (4 << 8) },
  });
  writeFileSync(resolve(root, `static/css/${name}.css`), code);
  console.log(`${name}.css ${code.length} bytes, ${brotliCompressSync(code).length} with brotli`);
}
