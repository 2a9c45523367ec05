// Makes core/web/static/dist/ from our modules and the packages of package-lock.json:
// hinka.js, charts.js (fetched when a chart comes into view), theme.js, hinka.css, icons.svg.
import { build } from "esbuild";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const source = path.join(root, "core/web/static");
const target = path.join(source, "dist");
const draft = path.join(source, `dist.${process.pid}`);
const icons = path.join(root, "node_modules/@tabler/icons/icons");

const shared = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  target: ["es2022", "chrome110", "firefox115", "safari16.4"],
  legalComments: "linked",
  logLevel: "warning",
};

async function main() {
  mkdirSync(draft, { recursive: true });
  try {
    await Promise.all([scripts(), theme(), styles()]);
    writeFileSync(path.join(draft, "icons.svg"), sprite(iconNames()));
    pack();
    publish();
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function scripts() {
  return build({
    ...shared,
    entryPoints: { hinka: path.join(source, "js/main.js"), charts: path.join(source, "js/charts.js") },
    format: "esm",
    outdir: draft,
  });
}

// Not a module: it must run before the page is painted, and modules wait for the end of the page.
function theme() {
  return build({
    ...shared,
    entryPoints: { theme: path.join(source, "js/theme.js") },
    format: "iife",
    outdir: draft,
  });
}

function styles() {
  return build({
    ...shared,
    stdin: {
      contents: '@import "@tabler/core/dist/css/tabler.css";\n@import "./core/web/static/css/main.css";\n',
      resolveDir: root,
      loader: "css",
    },
    outfile: path.join(draft, "hinka.css"),
    plugins: [withoutNavbars],
  });
}

// Hinka has a menu of its own. Tabler's rules for navbars ask any element whether it :has the focus, so that after each
// small change a browser styles all cells of a long table once more; and they are a sixth of the sheet.
const NAVBAR = /navbar|data-bs-sidebar/;
const withoutNavbars = {
  name: "without-navbars",
  setup(builder) {
    builder.onLoad({ filter: /tabler\.css$/ }, ({ path: file }) => ({
      contents: readFileSync(file, "utf8").replace(/([^{}]+)\{([^{}]*)\}/g, ruleWithoutNavbars),
      loader: "css",
    }));
  },
};

function ruleWithoutNavbars(rule, head, body) {
  if (!NAVBAR.test(head)) {
    return rule;
  }
  const kept = selectors(head.replace(/\/\*[\s\S]*?\*\//g, "")).filter((one) => !NAVBAR.test(one));
  return kept.length ? `${kept.join(",")}{${body}}` : "";
}

/** The selectors of a list; commas within parentheses part none. */
function selectors(list) {
  let depth = 0;
  const parts = [""];
  for (const sign of list) {
    depth += { "(": 1, ")": -1 }[sign] ?? 0;
    if (sign === "," && depth === 0) {
      parts.push("");
    } else {
      parts[parts.length - 1] += sign;
    }
  }
  return parts;
}

/** The names in the core's icons.txt and in those of plugins. */
function iconNames() {
  const plugins = path.join(root, "plugins");
  const folders = existsSync(plugins) ? readdirSync(plugins).map((name) => path.join(plugins, name)) : [];
  const lists = [source, ...folders].map((folder) => path.join(folder, "icons.txt")).filter(existsSync);
  const lines = lists.flatMap((file) => readFileSync(file, "utf8").split("\n"));
  return [...new Set(lines.map((line) => line.trim()).filter((line) => line && !line.startsWith("#")))].sort();
}

function sprite(names) {
  return `<svg xmlns="http://www.w3.org/2000/svg">${names.map(symbol).join("")}</svg>\n`;
}

function symbol(name) {
  const filled = name.endsWith("-filled");
  const file = filled ? path.join(icons, "filled", `${name.slice(0, -7)}.svg`) : path.join(icons, "outline", `${name}.svg`);
  if (!existsSync(file)) {
    throw new Error(`Tabler has no icon named ${name}: correct icons.txt.`);
  }
  const inner = readFileSync(file, "utf8")
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/^[\s\S]*?<svg[^>]*>/, "")
    .replace(/<\/svg>\s*$/, "")
    .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "")
    .replace(/\s+/g, " ")
    .trim();
  const paint = filled
    ? 'fill="currentColor" stroke="none"'
    : 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"';
  return `<symbol id="${name}" viewBox="0 0 24 24" ${paint}>${inner}</symbol>`;
}

// Packed once here, not at each request: the server sends these twins to browsers that take them.
function pack() {
  for (const name of readdirSync(draft)) {
    writeFileSync(path.join(draft, `${name}.gz`), gzipSync(readFileSync(path.join(draft, name)), { level: 9 }));
  }
}

// File by file, so that a server which runs meanwhile never finds the folder gone.
function publish() {
  mkdirSync(target, { recursive: true });
  const fresh = new Set(readdirSync(draft));
  for (const name of fresh) {
    renameSync(path.join(draft, name), path.join(target, name));
  }
  for (const name of readdirSync(target)) {
    if (!fresh.has(name)) {
      rmSync(path.join(target, name), { recursive: true });
    }
  }
}

await main();
