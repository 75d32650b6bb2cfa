// How numbers of value axes are written, on the page and in pictures of its charts.
const axisNumber = (value) =>
  (value < 0 ? "\u2212" : "") + Math.abs(value).toLocaleString("en-US", { maximumFractionDigits: 6 });
const withAxisNumbers = (option) => {
  const written = (axis) => (axis && axis.type === "value" && axis.axisLabel && !axis.axisLabel.formatter
    ? { ...axis, axisLabel: { ...axis.axisLabel, formatter: axisNumber } } : axis);
  const sides = ["xAxis", "yAxis"].filter((side) => option[side]);
  return { ...option, ...Object.fromEntries(sides.map((side) =>
    [side, Array.isArray(option[side]) ? option[side].map(written) : written(option[side])])) };
};
