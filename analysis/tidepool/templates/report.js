"use strict";
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const plots = [...document.querySelectorAll(".plot")];
  const PAPER = 690;  // CSS pixels between the margins of a printed page
  const NARROW = 520, LETTERS = 14;
  const COLOURS = new Set(["color", "fillcolor", "fgcolor", "bgcolor", "bordercolor", "gridcolor", "linecolor",
    "zerolinecolor", "tickcolor", "paper_bgcolor", "plot_bgcolor", "colorscale"]);

  // "--name" or "--name/opacity" -> the colour of the present theme.
  function colour(text, style) {
    const [name, opacity] = text.split("/");
    const hex = style.getPropertyValue(name).trim();
    if (opacity === undefined) return hex;
    const part = (at) => parseInt(hex.slice(at, at + 2), 16);
    return `rgba(${part(1)},${part(3)},${part(5)},${opacity})`;
  }

  function painted(value, style, isColour) {
    if (typeof value === "string") return isColour && value.startsWith("--") ? colour(value, style) : value;
    if (Array.isArray(value)) return value.map((item) => painted(item, style, isColour));
    if (value === null || typeof value !== "object") return value;
    const copy = {};
    for (const [key, item] of Object.entries(value)) copy[key] = painted(item, style, COLOURS.has(key));
    return copy;
  }

  // Little room: smaller letters, short names, the key of colours below.
  function narrow(figure) {
    const axis = figure.layout.yaxis;
    figure.layout.font.size = 11;
    if (axis.type === "category") {
      delete axis.title;
      axis.tickvals = axis.categoryarray;
      axis.ticktext = axis.categoryarray.map(short);
    }
    figure.layout.xaxis.nticks = 5;
    Object.assign(figure.layout.xaxis, figure.narrow ? figure.narrow.xaxis : {});
    for (const trace of figure.data) {
      if (!trace.colorbar) continue;
      trace.colorbar.title.side = "bottom";
      Object.assign(trace.colorbar, { orientation: "h", y: -0.3, yanchor: "top", thickness: 10 });
      figure.height += 70;
    }
    figure.layout.height = figure.height;
  }
  const short = (text) => {
    const letters = text.match(/&\w+;|./gsu) || [];  // an escaped character is one letter
    return letters.length > LETTERS ? letters.slice(0, LETTERS - 1).join("") + "\u2026" : text;
  };

  function draw(plot, width) {
    const source = JSON.parse(document.getElementById(plot.dataset.source).textContent);
    const figure = painted(source, getComputedStyle(root), false);
    figure.layout.height = figure.height;
    figure.layout.width = width || plot.clientWidth;
    figure.layout.font.family = getComputedStyle(document.body).fontFamily;
    if (figure.layout.width < NARROW) narrow(figure);
    figure.layout.dragmode = matchMedia("(pointer: coarse)").matches ? false : "zoom";
    const config = { displayModeBar: false, responsive: false, doubleClick: "reset", showTips: false };
    Plotly.react(plot, figure.data, figure.layout, config);
    plot.style.height = figure.height + "px";
    plot.dataset.drawn = "yes";
  }

  // One chart at a time, those in sight first, so that the page answers while it is drawn.
  let waiting = [];
  function drawAll() {
    const middle = innerHeight / 2;
    const away = (plot) => Math.abs(plot.getBoundingClientRect().top - middle);
    const started = waiting.length > 0;
    waiting = plots.map((plot) => [away(plot), plot]).sort((a, b) => a[0] - b[0]).map((pair) => pair[1]);
    root.dataset.charts = "drawing";
    if (!started) setTimeout(next);
  }
  function next() {
    const plot = waiting.shift();
    if (plot) draw(plot);
    if (waiting.length) setTimeout(next);
    else root.dataset.charts = "drawn";
  }

  for (const plot of plots) plot.style.height = plot.dataset.height + "px";
  drawAll();

  const button = document.getElementById("theme");
  button.hidden = false;
  button.addEventListener("click", () => {
    const now = root.dataset.theme || (dark.matches ? "dark" : "light");
    root.dataset.theme = now === "dark" ? "light" : "dark";
    drawAll();
  });
  dark.addEventListener("change", drawAll);

  let pause = 0, width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth === width) return;
    width = innerWidth;
    clearTimeout(pause);
    pause = setTimeout(drawAll, 150);
  });

  // On paper: light, as wide as the page, tables of numbers open. Then everything as it was.
  let before = null;
  addEventListener("beforeprint", () => {
    before = { theme: root.dataset.theme, closed: [...document.querySelectorAll("details.kpis:not([open])")] };
    waiting = [];
    root.dataset.theme = "light";
    for (const item of before.closed) item.open = true;
    for (const plot of plots) draw(plot, Math.min(plot.clientWidth, PAPER));
  });
  addEventListener("afterprint", () => {
    if (!before) return;
    if (before.theme) root.dataset.theme = before.theme; else delete root.dataset.theme;
    for (const item of before.closed) item.open = false;
    before = null;
    drawAll();
  });
})();
