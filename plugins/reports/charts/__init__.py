"""Charts that several reports draw, as Vega-Lite specifications: one serves the browser, SVG and paper."""
