// Draws one chart as SVG text where there is no page: as the page's script does, without what follows a mouse.
const signs = (text) => [...String(text)];
const measured = (widths) => echarts.setPlatformAPI({
  measureText: (text, font) => {
    const size = parseFloat((/([\d.]+)px/.exec(font) || [0, 12])[1]);
    const own = widths[/bold|[6-9]00/.test(font.split("px")[0]) ? "strong" : "plain"];
    return { width: size * signs(text).reduce((sum, sign) => sum + (own[sign] ?? (sign > "\u2e7f" ? 1 : 0.6)), 0) };
  },
});
const picture = ({ option, outlines, width, height }) => {
  for (const [name, outline] of Object.entries(outlines)) echarts.registerMap(name, outline);
  const still = { tooltip: { show: false }, aria: { enabled: false } };
  const base = { ...withAxisNumbers(option.baseOption || option), ...still };
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width, height });
  chart.setOption(option.baseOption ? { ...option, baseOption: base } : base);
  const text = chart.renderToSVGString();
  chart.dispose();
  return text;
};
