// Charts where ECharts is there, the server's drawings where it is not. No inline code, no eval, no network.
(() => {
  "use strict";
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches || navigator.webdriver;
  const charts = [];
  const narrow = window.matchMedia("(max-width: 52rem)");

  const shown = (value, unit) => {
    if (value === null || value === undefined || value === "-" || Number.isNaN(value)) return "–";
    const text = new Intl.NumberFormat(document.documentElement.lang, { maximumSignificantDigits: 6 }).format(value);
    return unit ? `${text} ${unit}` : text;
  };

  const gantt = (told) => {
    const option = told.option;
    const { rows, blocks, colours, end, ticks } = told.gantt;
    const names = new Map(ticks.map(([at, label]) => [at, label]));
    option.grid = { left: 70, right: 20, top: 8, bottom: 66 };
    option.xAxis = {
      type: "value", min: 0, max: end,
      axisLabel: { customValues: ticks.map(([at]) => at), formatter: (at) => names.get(at) || "" },
      splitLine: { show: false },
    };
    option.yAxis = { type: "category", data: rows, inverse: true };
    option.dataZoom = [
      { type: "slider", xAxisIndex: 0, filterMode: "weakFilter", height: 18, bottom: 10 },
      { type: "inside", xAxisIndex: 0, filterMode: "weakFilter", zoomOnMouseWheel: "ctrl" },
    ];
    option.tooltip.formatter = (point) => blocks[point.dataIndex][5];
    option.series = [{
      type: "custom", encode: { x: [1, 2], y: 0 }, data: blocks.map((block) => block.slice(0, 3)),
      renderItem: (params, api) => {
        const block = blocks[params.dataIndex];
        const from = api.coord([block[1], block[0]]);
        const to = api.coord([block[2], block[0]]);
        const high = api.size([0, 1])[1] * 0.72;
        const shape = { x: from[0], y: from[1] - high / 2, width: Math.max(1, to[0] - from[0]), height: high };
        const area = { x: params.coordSys.x, y: params.coordSys.y, width: params.coordSys.width, height: params.coordSys.height };
        const clipped = window.echarts.graphic.clipRectByRect(shape, area);
        if (!clipped) return null;
        return {
          type: "rect", shape: clipped,
          style: {
            fill: block[4] < 0 ? "#8a8f8c" : colours[block[4]],
            stroke: block[6] ? "#d6402e" : "transparent", lineWidth: block[6] ? 2 : 0,
          },
        };
      },
    }];
    return option;
  };

  const prepared = (told) => {
    const option = told.gantt ? gantt(told) : told.option;
    const unit = option.unit;
    delete option.unit;
    option.animation = !still;
    option.backgroundColor = "transparent";
    if (!told.gantt) option.tooltip.valueFormatter = (value) => shown(value, unit);
    return option;
  };

  const draw = (figure) => {
    const data = figure.querySelector("script.options");
    const canvas = figure.querySelector(".canvas");
    const drawing = figure.querySelector(".drawing");
    if (!data || !canvas || !drawing || canvas.dataset.drawn) return;
    const told = JSON.parse(data.textContent);
    canvas.dataset.drawn = "yes";
    canvas.hidden = false;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", drawing.getAttribute("aria-label") || "");
    const chart = window.echarts.init(canvas, dark.matches ? "dark" : null, { renderer: "canvas", height: told.height });
    chart.setOption(prepared(told));
    drawing.hidden = true;
    charts.push([chart, told.height]);
  };

  const all = (root) => {
    if (window.echarts) root.querySelectorAll("figure.chart").forEach(draw);
  };

  document.addEventListener("DOMContentLoaded", () => {
    all(document);
    const menu = document.querySelector(".menu");
    const fold = () => { if (menu) menu.open = !narrow.matches; };
    fold();
    narrow.addEventListener("change", fold);
    const lists = { facility: "facilities", activity: "activities" };
    document.querySelectorAll("input[name]").forEach((input) => {
      const list = lists[input.name.split("-").pop()];
      if (list && document.getElementById(list)) input.setAttribute("list", list);
    });
  });
  document.addEventListener("htmx:afterSwap", (event) => all(event.target));
  window.addEventListener("resize", () => charts.forEach(([chart, height]) => chart.resize({ height })));
})();
