// Draws the charts that Python described. It computes no number and writes no word of its own.
(() => {
  "use strict";
  const { charts, outlines } = JSON.parse(document.getElementById("data").textContent);
  const number = (value) => (value < 0 ? "\u2212" : "") + Math.abs(value).toLocaleString("en-US", { maximumFractionDigits: 6 });

  // Hover text is built from text nodes, never from markup: names come from the user's tables.
  const element = (name, text, parent) => {
    const made = document.createElement(name);
    made.textContent = text;
    if (parent) parent.append(made);
    return made;
  };
  const bubble = (tip) => {
    if (!tip) return "";
    const box = document.createElement("div");
    box.className = "tip";
    element("b", tip.head, box);
    for (const [name, value] of tip.rows) {
      const row = element("div", "", box);
      element("span", name, row);
      element("span", value, row);
    }
    return box;
  };

  const prepared = ({ option, tips }) => {
    const base = option.baseOption || option;
    base.tooltip.formatter = (params) =>
      Array.isArray(params) ? bubble(tips[params[0].dataIndex]) : bubble((params.data || {}).tip);
    for (const axis of [base.xAxis, base.yAxis].flat()) {
      if (axis && axis.type === "value" && axis.axisLabel && !axis.axisLabel.formatter) axis.axisLabel.formatter = number;
    }
    return option;
  };

  for (const [name, outline] of Object.entries(outlines)) echarts.registerMap(name, outline);
  const drawn = [];
  const draw = () => {
    for (const place of document.querySelectorAll("[data-chart]")) {
      place.textContent = "";
      const chart = echarts.init(place, null, { renderer: "svg" });
      chart.setOption(prepared(charts[place.dataset.chart]));
      drawn.push(chart);
      new ResizeObserver(() => chart.resize()).observe(place);
    }
    document.documentElement.classList.add("drawn");
  };
  const fonts = ["400 12px 'Inter R'", "600 12px 'Inter R'"].map((font) => document.fonts.load(font));
  Promise.all(fonts).finally(draw);

  // Charts are redrawn at the width of the paper, so that print is sharp and nothing is cut.
  const refit = () => drawn.forEach((chart) => { chart.resize(); chart.getZr().flush(); });
  addEventListener("beforeprint", () => { document.documentElement.classList.add("print"); refit(); });
  addEventListener("afterprint", () => { document.documentElement.classList.remove("print"); refit(); });
})();
