"""What counts with numpy: loaded only in the short-lived process of `forecast.child`, never in a web worker."""
