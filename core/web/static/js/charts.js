// Draws Vega-Lite specifications without compiling code at run time, as `script-src 'self'` demands:
// expressions are parsed to trees (`ast`) and walked by the interpreter.
import * as vega from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { compile } from "vega-lite";

const drawn = new Map();
const NARROW = 480;
// What a square of a legend and the gaps around it take, in pixels.
const SYMBOL = 30;

/**
 * Draws the chart of `element`: its `data-chart` is the address of a Vega-Lite specification, or is empty
 * and a `<script type="application/json">` inside carries the specification. Draws again where a chart stands.
 */
export async function render(element) {
  try {
    const spec = await specificationOf(element);
    const view = viewOf(element, spec);
    drawn.get(element)?.view.finalize();
    drawn.set(element, { spec, view });
    await view.runAsync();
    element.dataset.chartState = "drawn";
  } catch (error) {
    element.dataset.chartState = "failed";
    element.textContent = element.dataset.chartError || "";
    console.error("A chart could not be drawn.", error);
  }
}

async function specificationOf(element) {
  if (!element.dataset.chart) {
    return JSON.parse(element.querySelector("script[type='application/json']").textContent);
  }
  const answer = await fetch(element.dataset.chart, { headers: { Accept: "application/json" } });
  if (!answer.ok) {
    throw new Error(`${answer.status} for ${element.dataset.chart}`);
  }
  return answer.json();
}

function viewOf(element, spec) {
  const fitting = element.clientWidth < NARROW ? narrowed(spec, element.clientWidth) : spec;
  const dressed = { ...fitting, config: { ...looks(), ...fitting.config } };
  const { spec: compiled } = compile(dressed, { logger: vega.logger(vega.Error) });
  return new vega.View(vega.parse(compiled, null, { ast: true }), {
    expr: expressionInterpreter,
    renderer: "svg",
    container: stageOf(element),
    hover: true,
    // A mark with `href` opens the list behind it in the same window.
    loader: vega.loader({ target: "_self" }),
    logLevel: vega.Error,
  });
}

/** The specification with smaller words and shorter names, so that on a phone the bars and what is beside them have room. */
function narrowed(spec, width) {
  const most = { fontSize: 10.5, labelFontSize: 10.5, labelLimit: width / 3 };
  return JSON.parse(JSON.stringify(spec), (key, value) => {
    if (value?.legend && value.scale?.domain) {
      return { ...value, legend: { ...value.legend, ...fitted(value.scale.domain, (width * 2) / 3) } };
    }
    return key in most ? Math.min(value, most[key]) : value;
  });
}

/** How a legend above the bars stands in `room` pixels: in two columns where both fit, else one below the other. */
function fitted(words, room) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `10.5px ${getComputedStyle(document.body).fontFamily}`;
  const widest = Math.max(...words.map((word) => pen.measureText(word).width)) + SYMBOL;
  return { columns: 2 * widest <= room ? 2 : 1, labelLimit: room - SYMBOL };
}

/** The place inside `element` to draw in; the specification beside it stays for the next drawing. */
function stageOf(element) {
  let stage = element.querySelector(".chart-stage");
  if (!stage) {
    stage = document.createElement("div");
    stage.className = "chart-stage";
    element.append(stage);
  }
  return stage;
}

/** The page's own colours and font, so that a chart follows light and dark. */
function looks() {
  const style = getComputedStyle(document.body);
  const ink = style.color;
  const line = style.getPropertyValue("--tblr-border-color").trim() || "#ddd";
  const words = { labelColor: ink, titleColor: ink, labelFont: style.fontFamily, titleFont: style.fontFamily };
  return {
    background: "transparent",
    font: style.fontFamily,
    axis: { ...words, domainColor: line, gridColor: line, tickColor: line },
    legend: words,
    header: words,
    title: { color: ink, subtitleColor: ink },
    text: { color: ink },
    view: { stroke: "transparent" },
  };
}

function forgetGone() {
  for (const [element, { view }] of drawn) {
    if (!element.isConnected) {
      view.finalize();
      drawn.delete(element);
    }
  }
}

function redraw() {
  forgetGone();
  for (const [element, { spec, view }] of drawn) {
    view.finalize();
    const next = viewOf(element, spec);
    drawn.set(element, { spec, view: next });
    next.run();
  }
}

new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
document.addEventListener("htmx:after:swap", forgetGone);
