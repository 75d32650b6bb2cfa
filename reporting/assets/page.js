// Draws the charts that Python described and swaps one pathway for another. It computes no number and
// writes no word of its own; names come from the user's tables and are only ever set as text.
(() => {
  "use strict";
  const root = document.documentElement;
  const page = JSON.parse(document.getElementById("data").textContent);

  const element = (name, text, parent, className) => {
    const made = document.createElement(name);
    made.textContent = text;
    if (className) made.className = className;
    if (parent) parent.append(made);
    return made;
  };
  const bubble = (tip) => {
    if (!tip) return "";
    const box = element("div", "", null, "tip");
    element("b", tip.head, box);
    for (const [name, value] of tip.rows) {
      const row = element("div", "", box);
      element("span", name, row);
      element("span", value, row);
    }
    return box;
  };

  // What is said of a lane stands once, in the rows that the table is made of.
  const laneTip = ({ sites, modes, carries, words }, [from, to, , mode, goods, km, , last]) => ({
    head: `${sites[from]} \u2192 ${sites[to]}`,
    rows: [[words[0], modes[mode][0]], [words[1], carries[goods]], [words[2], last], [words[3], km]],
  });

  const prepared = ({ option, tips, common }, lanes) => {
    const base = { ...page.common[common], ...(option.baseOption || option) };
    base.tooltip = { ...base.tooltip };
    base.tooltip.formatter = (params) => {
      if (Array.isArray(params)) return bubble(tips[params[0].dataIndex]);
      if (params.seriesId === "lanes") return bubble(laneTip(lanes, lanes.rows[params.dataIndex]));
      const tip = (params.data || {}).tip;
      return bubble(typeof tip === "number" ? tips[tip] : tip);
    };
    const whole = withAxisNumbers(base);
    return option.baseOption ? { ...option, baseOption: whole } : whole;
  };

  for (const [name, outline] of Object.entries(page.outlines)) echarts.registerMap(name, outline);

  // What repeats over pathways stands once; {"$": place} refers to it.
  const resolved = [];
  const whole = (value) => {
    if (!page.same || value === null || typeof value !== "object") return value;
    if (Array.isArray(value)) return value.map(whole);
    if ("$" in value) return (resolved[value.$] ??= whole(page.same[value.$]));
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, whole(part)]));
  };

  // The numbers of a pathway are parsed when it is first shown.
  const parsed = {};
  const numbersOf = (key) => (parsed[key] ??= whole(JSON.parse(
    document.querySelector(`script[data-pathway="${CSS.escape(key)}"]`).textContent)));

  let drawn = new Map();
  let shown = page.shown;
  let queue = [];
  const resized = new ResizeObserver((all) => { for (const { target } of all) drawn.get(target)?.resize(); });
  const drawIn = (place) => {
    const { charts, lanes } = numbersOf(shown), described = charts[place.dataset.chart];
    if (!described || drawn.has(place)) return;
    place.textContent = "";
    const chart = echarts.init(place, null, { renderer: "svg" });
    chart.setOption(prepared(described, lanes));
    place.setAttribute("aria-label", described.finding);
    drawn.set(place, chart);
    resized.observe(place);
  };
  // What is in sight is drawn at once, the rest one by one so that the page answers meanwhile.
  const drawNext = (most) => {
    for (const place of queue.splice(0, most)) drawIn(place);
    if (queue.length) return;
    if (!root.classList.contains("drawn")) filter(drawn.get(document.querySelector("[data-chart=map]")), numbersOf(shown).lanes);
    root.classList.add("drawn");
  };
  const draw = () => {
    root.classList.remove("drawn");
    const inSight = (place) => place.getBoundingClientRect().top < innerHeight && place.getBoundingClientRect().bottom > 0;
    const places = [...document.querySelectorAll("[data-chart]")];
    queue = [...places.filter(inSight), ...places.filter((place) => !inSight(place))];
    drawNext(places.filter(inSight).length);
    const turn = shown;
    const on = () => { if (queue.length && turn === shown) { drawNext(1); setTimeout(on); } };
    setTimeout(on);
  };

  // Map and lane table follow one another: a site or a kind of lane chosen in either holds for both.
  const filter = (map, lanes) => {
    const box = document.querySelector("[data-filter]");
    if (!box || !lanes.rows.length) return;
    const table = box.parentElement.querySelector("tbody");
    const note = box.parentElement.querySelector("[data-shown]");
    const first = { rows: [...table.children], note: note.textContent };
    const chosen = { site: "", kind: "" };
    const fits = ([from, to, kind]) =>
      (chosen.site === "" || from === +chosen.site || to === +chosen.site) && (chosen.kind === "" || kind === +chosen.kind);
    const row = ([from, to, , mode, goods, km, before, last, share], place) => {
      const made = document.createElement("tr");
      made.dataset.lane = place;
      const [name, colour] = lanes.modes[mode];
      const dot = (parent) => element("i", "", parent, "dotmark").style.setProperty("--c", colour);
      element("th", lanes.sites[from], made).scope = "row";
      const end = element("td", lanes.sites[to], made, "l t");
      const small = element("span", "", end, "only-s");
      dot(small);
      small.append(name);
      element("td", lanes.carries[goods], made, "l t hide-s");
      const by = element("td", "", made, "l hide-s");
      dot(by);
      by.append(name);
      element("td", km, made, "hide-s");
      element("td", before, made, "hide-s");
      element("td", last, made);
      const bar = element("i", "", element("td", "", made, "hide-s w"), "barmark");
      bar.style.setProperty("--c", colour);
      bar.style.width = `${share}%`;
      return made;
    };
    const all = map && map.getOption().series.find((series) => series.id === "lanes");
    const arrows = map && map.getOption().series.find((series) => series.id === "arrows");
    const faded = (data, kept) => data.map((item, place) => (kept(place) ? item
      : { ...item, lineStyle: { ...item.lineStyle, opacity: 0.07 }, itemStyle: { ...item.itemStyle, opacity: 0 } }));
    const paint = (kept) => map && all && map.setOption({ series: [
      { id: "lanes", data: faded(all.data, kept) }, { id: "arrows", data: faded(arrows.data, kept) }] });
    const apply = () => {
      const whole = chosen.site === "" && chosen.kind === "";
      const found = lanes.rows.map((lane, place) => [lane, place]).filter(([lane]) => fits(lane));
      const most = found.slice(0, lanes.most);
      table.replaceChildren(...(whole ? first.rows : most.map(([lane, place]) => row(lane, place))));
      note.textContent = whole ? first.note
        : note.dataset.shown.replace("{shown}", most.length).replace("{count}", found.length);
      paint((place) => fits(lanes.rows[place]));
    };
    const sites = box.querySelector("select");
    const named = lanes.sites.map((name, at) => [name, at]).sort(([one], [other]) => one.localeCompare(other));
    for (const [name, at] of sites.length > 1 ? [] : named) element("option", name, sites).value = at;
    sites.addEventListener("change", () => { chosen.site = sites.value; apply(); });
    box.addEventListener("change", (event) => {
      if (event.target.name === "lane-kind") { chosen.kind = event.target.value; apply(); }
    });
    // A row shows its lane alone on the map; the same row again, or leaving the table, shows all.
    let alone = null;
    table.addEventListener("click", (event) => {
      const row = event.target.closest("tr");
      if (!row) return;
      alone = alone === row ? null : row;
      for (const each of table.children) each.classList.toggle("on", each === alone);
      const place = alone && +alone.dataset.lane;
      paint((other) => (alone ? other === place : fits(lanes.rows[other])));
    });
    if (map) {
      const tips = numbersOf(shown).charts.map.tips;
      map.on("click", (params) => {
        if (!String(params.seriesId).startsWith("sites-")) return;
        const at = String(lanes.keys.indexOf(tips[params.data.tip].key));
        if (at === "-1") return;
        sites.value = chosen.site = chosen.site === at ? "" : at;
        apply();
      });
    }
    box.hidden = false;
  };

  // Another pathway: its parts take the place of those shown, which wait until they are asked for again.
  const waiting = {};
  const partsOf = (key) => (waiting[key] ??= Object.fromEntries(
    [...document.querySelector(`template[data-pathway="${CSS.escape(key)}"]`).content.children].map((part) => [part.dataset.part, part])));
  const show = (key) => {
    if (key === shown || !page.pathways.includes(key)) return;
    const there = [...document.querySelectorAll("[data-part]")];
    waiting[shown] = Object.fromEntries(there.map((part) => [part.dataset.part, part]));
    for (const [place, chart] of drawn) { resized.unobserve(place); chart.dispose(); }
    drawn = new Map();
    const parts = partsOf(key);
    for (const part of there) part.replaceWith(parts[part.dataset.part]);
    shown = key;
    mark();
    draw();
  };
  const mark = () => {
    for (const radio of document.querySelectorAll("[name=pathway]")) radio.checked = radio.value === shown;
    for (const card of document.querySelectorAll("[data-card]")) card.classList.toggle("on", card.dataset.card === shown);
    for (const inside of [document.querySelector("[data-card].on"), document.querySelector("[name=pathway]:checked")?.parentElement]) {
      if (!inside) continue;
      const [own, all] = [inside.getBoundingClientRect(), inside.parentElement.getBoundingClientRect()];
      if (own.right > all.right || own.left < all.left) inside.parentElement.scrollLeft += own.left - all.left - 4;
    }
  };
  const asked = () => new URLSearchParams(location.hash.slice(1)).get("p");
  const choose = (key) => { show(key); history.replaceState(null, "", `#p=${encodeURIComponent(key)}`); };
  if (page.pathways) {
    document.addEventListener("change", (event) => { if (event.target.name === "pathway") choose(event.target.value); });
    document.addEventListener("click", (event) => {
      const card = event.target.closest("[data-card]"), link = event.target.closest("[data-part=links] a");
      if (card) choose(card.dataset.card);
      if (link) { event.preventDefault(); document.querySelector(link.getAttribute("href")).scrollIntoView(); }
    });
    addEventListener("hashchange", () => asked() && show(asked()));
  }

  const fonts = ["400 12px 'Inter R'", "600 12px 'Inter R'"].map((font) => document.fonts.load(font));
  Promise.all(fonts).finally(() => {
    if (page.pathways && asked()) show(asked());
    if (page.pathways) mark();
    draw();
  });

  // Charts are redrawn at the width of the paper, so that print is sharp and nothing is cut.
  const refit = () => drawNext(Infinity) || drawn.forEach((chart) => { chart.resize(); chart.getZr().flush(); });
  addEventListener("beforeprint", () => { root.classList.add("print"); refit(); });
  addEventListener("afterprint", () => { root.classList.remove("print"); refit(); });
})();
